using System.Collections.Concurrent;
using LarkService.OnBehalfOf;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>Callers who may call, until they may not.</summary>
internal sealed class ScriptedStanding : ICallerStanding
{
    public string? Fault { get; set; }

    public ConcurrentQueue<string> Asked { get; } = new();

    public Task<string?> FaultAsync(string callerId, CancellationToken ct)
    {
        Asked.Enqueue(callerId);
        return Task.FromResult(Fault);
    }
}
