using System.Text.Json;

namespace LarkService.OnBehalfOf;

/// <summary>Asks the user for what a call lacks, and has it wait for the answer.</summary>
internal sealed partial class ParkedCallAsking(ParkedCallWrites writes, IConsent consent, ParkedCalls parked, TimeProvider clock, ILogger<ParkedCallAsking> logger)
{
    /// <summary>A caller's operation whose user may not be asked waits no longer than this for the time when they may.</summary>
    public static readonly TimeSpan LongestHeldBack = TimeSpan.FromHours(2);

    /// <summary>A user who agrees to less than is needed is asked again, but not for ever.</summary>
    private const int MaxRounds = 3;

    /// <returns>Null when it goes on later; else why it does not.</returns>
    public async Task<ParkedCallEnd?> AskAsync(ParkedCall call, ConsentGap gap, CancellationToken ct)
    {
        if (call.GiveUpAs is null && await parked.IsGivenUpAsync(call.Id, ct))
        {
            await writes.ChangeAsync(call, u => u.SetProperty(c => c.DueAt, clock.GetUtcNow()).SetProperty(c => c.SentAt, call.SentAt), ct); // the grant was taken back while it ran: nobody is to be asked
            return null;
        }

        if (call.Rounds >= MaxRounds)
        {
            return ParkedCallEnd.Failed;
        }

        var place = JsonSerializer.Deserialize<ConsentPlace>(call.Place)!;
        switch (await consent.AskAsync(call.User, gap, call.Scopes.Union(gap.MissingScopes), place, ct))
        {
            case ConsentAnswer.Waiting waiting:
                await WaitAsync(call, waiting, ct);
                return null;
            case ConsentAnswer.Later later:
                return await HoldBackAsync(call, later.After, ct);
            default:
                await writes.ChangeAsync(call, u => u
                    .SetProperty(c => c.Rounds, c => c.Rounds + 1)
                    .SetProperty(c => c.SentAt, call.SentAt)
                    .SetProperty(c => c.DueAt, clock.GetUtcNow()), ct);
                return null;
        }
    }

    private async Task WaitAsync(ParkedCall call, ConsentAnswer.Waiting waiting, CancellationToken ct)
    {
        await writes.ChangeAsync(call, u => u
            .SetProperty(c => c.State, ParkedCallState.WaitingForUser)
            .SetProperty(c => c.SessionId, waiting.SessionId)
            .SetProperty(c => c.ExpiresAt, waiting.ExpiresAt)
            .SetProperty(c => c.DueAt, UnheardSessions.DueAt(waiting, clock.GetUtcNow()))
            .SetProperty(c => c.SentAt, call.SentAt)
            .SetProperty(c => c.LeaseOwner, (string?)null), ct);
        Log.Waiting(logger, call.Kind, waiting.SessionId);

        // The user may have been faster than the line above; then nobody else will wake this call.
        if (await consent.StateAsync(waiting.SessionId, ct) is var state and not ConsentState.Pending)
        {
            await parked.ReleaseAsync(waiting.SessionId, state, ct);
        }
    }

    private async Task<ParkedCallEnd?> HoldBackAsync(ParkedCall call, TimeSpan after, CancellationToken ct)
    {
        var (now, last) = (clock.GetUtcNow(), call.CallerId is null ? DateTimeOffset.MaxValue : call.CreatedAt + LongestHeldBack);
        if (now >= last)
        {
            return ParkedCallEnd.Expired;
        }

        var due = now + after < last ? now + after : last;
        await writes.ChangeAsync(call, u => u
            .SetProperty(c => c.DueAt, due)
            .SetProperty(c => c.HeldBack, true)
            .SetProperty(c => c.SentAt, call.SentAt)
            .SetProperty(c => c.LeaseOwner, (string?)null), ct);
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Work ({Kind}) waits for the user in session {SessionId}")]
        public static partial void Waiting(ILogger logger, string kind, string sessionId);
    }
}
