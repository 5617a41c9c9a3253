using System.Globalization;
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
    /// <summary>This configuration with everything sensible in <paramref name="json"/> laid over it, and what of it was ignored.</summary>
    public (ClientConfig Config, IgnoredConfig Ignored) Updated(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return (this, new(Unreadable: 1));
        }

        var (missing, absurd) = (0, 0);
        var config = new ClientConfig(
            Number(nameof(ReconnectCount), int.MinValue, int.MaxValue) ?? ReconnectCount,
            Number(nameof(ReconnectInterval), 1, int.MaxValue) ?? ReconnectInterval,
            Number(nameof(ReconnectNonce), int.MinValue, int.MaxValue) ?? ReconnectNonce,
            Number(nameof(PingInterval), 1, 600) ?? PingInterval);
        return (config, new(missing, absurd));

        int? Number(string name, int least, int most)
        {
            if (!json.TryGetProperty(name, out var value))
            {
                missing++;
                return null;
            }

            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
            {
                return number;
            }

            absurd++;
            return null;
        }
    }

    /// <summary>The heartbeat's interval: ours, or the platform's where that is shorter.</summary>
    public TimeSpan Heartbeat(TimeSpan ours) =>
        PingInterval is { } seconds && TimeSpan.FromSeconds(seconds) < ours ? TimeSpan.FromSeconds(seconds) : ours;

    public override string ToString() =>
        $"PingInterval {Word(PingInterval)}, ReconnectInterval {Word(ReconnectInterval)}, ReconnectNonce {Word(ReconnectNonce)}, ReconnectCount {Word(ReconnectCount)}";

    private static string Word(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
}

/// <summary>How much of a configuration was not taken over.</summary>
/// <param name="Missing">Keys that were not there.</param>
/// <param name="Absurd">Keys whose value makes no sense.</param>
/// <param name="Unreadable">1 when the whole was no JSON object.</param>
internal readonly record struct IgnoredConfig(int Missing = 0, int Absurd = 0, int Unreadable = 0);
