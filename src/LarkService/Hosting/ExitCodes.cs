namespace LarkService.Hosting;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>Found a fault, or did not finish.</summary>
    public const int Failed = 1;

    /// <summary>Configuration (<c>EX_CONFIG</c> of sysexits.h).</summary>
    public const int Configuration = 78;
}
