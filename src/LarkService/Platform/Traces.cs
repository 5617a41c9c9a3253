using System.Diagnostics;

namespace LarkService.Platform;

/// <summary>Spans of work that no request begins. Names and tags hold kinds and ids, never what somebody wrote and never a secret.</summary>
internal static class Traces
{
    public const string SourceName = "LarkService";

    private static readonly ActivitySource Source = new(SourceName);

    /// <returns>Null when nobody collects traces; to be disposed when the work is over.</returns>
    public static Activity? Start(string name) => Source.StartActivity(name);
}
