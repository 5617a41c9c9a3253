using System.ComponentModel.DataAnnotations;
using LarkService.Platform.Configuration;

namespace LarkService.LongConnection;

/// <summary>How the long connection is opened, kept alive and reopened (<c>LongConnection</c>).</summary>
internal sealed record LongConnectionOptions : ICheckedOptions
{
    public static string Section => "LongConnection";

    /// <summary>False: no connection is opened; events and callbacks must come another way. Default: true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Connections of each app, 1–50 (the platform's own limit). Two, so that one can be lost without a gap.</summary>
    public int ConnectionsPerApp { get; init; } = 2;

    /// <summary>Pause between heartbeats, 1 s – 10 min; the platform may shorten it, never lengthen it. Default: 30 seconds.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>So many failures in a row, and the operator is told. Default: 10.</summary>
    public int MaxFailuresBeforeDegraded { get; init; } = 10;

    /// <summary>A larger frame, or a larger message put together from frames, is dropped and counted. Bytes; default: 4 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 4 * 1024 * 1024;

    public IEnumerable<ValidationResult> Validate(ValidationContext context) => new[]
    {
        Mend.Range("LongConnection__ConnectionsPerApp", ConnectionsPerApp, 1, 50),
        Mend.Range("LongConnection__HeartbeatInterval", HeartbeatInterval, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
        Mend.Range("LongConnection__MaxFailuresBeforeDegraded", MaxFailuresBeforeDegraded, 1, 1000),
        Mend.Range("LongConnection__MaxMessageBytes", MaxMessageBytes, 1024, 64 * 1024 * 1024),
    }.OfType<ValidationResult>();
}
