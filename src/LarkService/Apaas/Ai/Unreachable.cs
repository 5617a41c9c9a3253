
namespace LarkService.Apaas.Ai;

/// <summary>Tells a platform that does not answer from a caller who waits no longer.</summary>
internal static class Unreachable
{
    public static bool Is(Exception fault, CancellationToken ct) => fault switch
    {
        HttpRequestException => true,
        OperationCanceledException => !ct.IsCancellationRequested, // the HTTP client's own limit
        _ => false,
    };
}
