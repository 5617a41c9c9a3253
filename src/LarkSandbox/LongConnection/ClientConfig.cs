using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.LongConnection;

/// <summary>What the platform tells clients about pings and reconnects: always all four keys, in whole seconds.</summary>
internal static class ClientConfig
{
    public static JsonObject From(SandboxOptions options) => new()
    {
        ["ReconnectCount"] = options.ReconnectCount,
        ["ReconnectInterval"] = Seconds(options.ReconnectInterval, atLeast: 1),
        ["ReconnectNonce"] = Seconds(options.ReconnectNonce, atLeast: 0),
        ["PingInterval"] = Seconds(options.PingInterval, atLeast: 1),
    };

    private static int Seconds(TimeSpan span, int atLeast) => Math.Max(atLeast, (int)Math.Round(span.TotalSeconds));
}
