using System.Text.Json;

namespace LarkService.LongConnection;

/// <summary>
/// What the platform tells clients about their behaviour, with the address and with any pong. Kept to be seen; only
/// <see cref="PingInterval"/> is heeded. Values the platform left out or that make no sense are null.
/// </summary>
/// <param name="ReconnectCount">Attempts; below 0: for ever.</param>
/// <param name="ReconnectInterval">Seconds between attempts, above 0.</param>
/// <param name="ReconnectNonce">Seconds, upper bound of a random first delay.</param>
/// <param name="PingInterval">Seconds between heartbeats, 1–600.</param>
internal sealed record ClientConfig(int? ReconnectCount = null, int? ReconnectInterval = null, int? ReconnectNonce = null, int? PingInterval = null)
{
    /// <summary>How many of the four keys were missing or absurd when this was read.</summary>
    public int Ignored { get; private init; }

    /// <summary>This configuration with everything sensible in <paramref name="json"/> laid over it.</summary>
    public ClientConfig Updated(JsonElement json)
    {
        var count = Number(json, nameof(ReconnectCount), int.MinValue, int.MaxValue);
        var interval = Number(json, nameof(ReconnectInterval), 1, int.MaxValue);
        var nonce = Number(json, nameof(ReconnectNonce), int.MinValue, int.MaxValue);
        var ping = Number(json, nameof(PingInterval), 1, 600);
        return new(count ?? ReconnectCount, interval ?? ReconnectInterval, nonce ?? ReconnectNonce, ping ?? PingInterval)
        {
            Ignored = new[] { count, interval, nonce, ping }.Count(value => value is null),
        };
    }

    /// <summary>The heartbeat's interval: ours, or the platform's where that is shorter.</summary>
    public TimeSpan Heartbeat(TimeSpan ours) =>
        PingInterval is { } seconds && TimeSpan.FromSeconds(seconds) < ours ? TimeSpan.FromSeconds(seconds) : ours;

    private static int? Number(JsonElement json, string name, int least, int most) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : null;
}
