using System.Collections.Concurrent;
using LarkService.OnBehalfOf;
using LarkService.Platform;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>Asks nobody, and answers as it is told.</summary>
internal sealed class ScriptedConsent : IConsent
{
    public Func<ConsentAnswer> Answer { get; set; } = () => new ConsentAnswer.Waiting("s1");

    public ConsentState State { get; set; } = ConsentState.Pending;

    /// <summary>In place of <see cref="State"/>.</summary>
    public Func<ConsentState>? Looking { get; set; }

    public ConcurrentQueue<(ConsentGap Gap, ScopeSet Scopes, ConsentPlace Place)> Asked { get; } = new();

    public Task<ConsentAnswer> AskAsync(UserKey user, ConsentGap gap, ScopeSet scopes, ConsentPlace place, CancellationToken ct)
    {
        Asked.Enqueue((gap, scopes, place));
        return Task.FromResult(Answer());
    }

    public Task<ConsentState> StateAsync(string sessionId, CancellationToken ct) => Task.FromResult(Looking?.Invoke() ?? State);
}
