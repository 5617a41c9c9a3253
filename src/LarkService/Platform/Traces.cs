using System.Diagnostics;

namespace LarkService.Platform;

/// <summary>Spans of work that no request begins. Names and tags hold kinds and ids, never what somebody wrote and never a secret.</summary>
internal static class Traces
{
    public const string SourceName = "LarkService";

    /// <summary>Of the configuration: where they are sent to.</summary>
    public const string Section = "Otlp";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Somebody is configured to collect them; else nothing needs to be written into them.</summary>
    public static bool AreCollected(IConfiguration configuration) => !string.IsNullOrEmpty(configuration[$"{Section}:Endpoint"]);

    /// <returns>Null when nobody collects traces; to be disposed when the work is over.</returns>
    public static Activity? Start(string name) => Source.StartActivity(name);
}
