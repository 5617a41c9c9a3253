using System.Text.Json;
using LarkService.Data;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace LarkService.OnBehalfOf;

/// <summary>One try at one piece of work, and what becomes of it.</summary>
internal sealed partial class ParkedCallRun(
    Database database, LeaseOwner owner, TokenSeal seal, IEnumerable<IParkedCallRunner> runners, IConsent consent, ParkedCalls parked, TimeProvider clock, ILogger<ParkedCallRun> logger)
{
    /// <summary>A user who agrees to less than is needed is asked again, but not for ever.</summary>
    private const int MaxRounds = 3;
    private static readonly TimeSpan[] Backoff = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1)];
    private static readonly TimeSpan WithoutKey = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, IParkedCallRunner> _runners = runners.ToDictionary(r => r.Kind, StringComparer.Ordinal);

    public async Task RunAsync(ParkedCall call, CancellationToken ct)
    {
        using var span = Traces.Start($"parked call {call.Kind}")?.SetTag("lark.app_id", call.AppId);
        if (TokenSeal.KeyIdOf(call.SealedPayload!) is { } key && !seal.IsConfigured(key))
        {
            // Somebody forgot a key; what waits for it must not be lost over that.
            Log.NoKey(logger, call.Kind, key);
            await ChangeAsync(call, u => u.SetProperty(c => c.DueAt, clock.GetUtcNow() + WithoutKey), ct);
            return;
        }

        try
        {
            var payload = seal.Open(call.SealedPayload!, call.User, SealPurpose.ParkedCall(call.Id)).Reveal();
            if (call.GiveUpAs is { } end)
            {
                var why = Enum.Parse<ParkedCallEnd>(end);
                await _runners[call.Kind].GiveUpAsync(call.User, payload, why, ct);
                await EndAsync(call, StateOf(why));
                return;
            }

            await _runners[call.Kind].RunAsync(call.User, payload, ct);
            await EndAsync(call, ParkedCallState.Succeeded);
        }
        catch (ConsentRequiredException e)
        {
            await AskAsync(call, e.Gap, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await ChangeAsync(call, u => u.SetProperty(c => c.DueAt, clock.GetUtcNow()), CancellationToken.None);
        }
        catch (Exception e)
        {
            await FailedAsync(call, e, ct);
        }
    }

    private async Task AskAsync(ParkedCall call, ConsentGap gap, CancellationToken ct)
    {
        if (call.GiveUpAs is null && await parked.IsGivenUpAsync(call.Id, ct))
        {
            await ChangeAsync(call, u => u.SetProperty(c => c.DueAt, clock.GetUtcNow()), ct); // the grant was taken back while it ran: nobody is to be asked
            return;
        }

        if (call.Rounds >= MaxRounds)
        {
            await GiveUpAsync(call, ParkedCallEnd.Failed, ct);
            return;
        }

        try
        {
            var place = JsonSerializer.Deserialize<ConsentPlace>(call.Place)!;
            switch (await consent.AskAsync(call.User, gap, call.Scopes.Union(gap.MissingScopes), place, ct))
            {
                case ConsentAnswer.Waiting waiting:
                    await WaitAsync(call, waiting.SessionId, ct);
                    break;
                case ConsentAnswer.Later later:
                    await ChangeAsync(call, u => u.SetProperty(c => c.DueAt, clock.GetUtcNow() + later.After).SetProperty(c => c.LeaseOwner, (string?)null), ct);
                    break;
                default:
                    await ChangeAsync(call, u => u.SetProperty(c => c.Rounds, c => c.Rounds + 1).SetProperty(c => c.DueAt, clock.GetUtcNow()), ct);
                    break;
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            await FailedAsync(call, e, ct);
        }
    }

    private async Task WaitAsync(ParkedCall call, string sessionId, CancellationToken ct)
    {
        await ChangeAsync(call, u => u
            .SetProperty(c => c.State, ParkedCallState.WaitingForUser)
            .SetProperty(c => c.SessionId, sessionId)
            .SetProperty(c => c.LeaseOwner, (string?)null), ct);
        Log.Waiting(logger, call.Kind, sessionId);

        // The user may have been faster than the line above; then nobody else will wake this call.
        if (await consent.StateAsync(sessionId, ct) is var state and not ConsentState.Pending)
        {
            await parked.ReleaseAsync(sessionId, state, ct);
        }
    }

    private async Task FailedAsync(ParkedCall call, Exception e, CancellationToken ct)
    {
        Log.Failed(logger, call.Kind, call.Attempts + 1, e);
        if (call.Attempts < Backoff.Length && e is not SealException) // what does not open will not open later
        {
            await ChangeAsync(call, u => u
                .SetProperty(c => c.Attempts, c => c.Attempts + 1)
                .SetProperty(c => c.DueAt, clock.GetUtcNow() + Backoff[call.Attempts])
                .SetProperty(c => c.LeaseOwner, (string?)null), ct);
        }
        else if (call.GiveUpAs is null)
        {
            await GiveUpAsync(call, ParkedCallEnd.Failed, ct);
        }
        else
        {
            await EndAsync(call, StateOf(Enum.Parse<ParkedCallEnd>(call.GiveUpAs))); // even saying so failed
        }
    }

    private Task GiveUpAsync(ParkedCall call, ParkedCallEnd end, CancellationToken ct)
    {
        var word = end.ToString();
        return ChangeAsync(call, u => u
            .SetProperty(c => c.GiveUpAs, word)
            .SetProperty(c => c.Attempts, 0)
            .SetProperty(c => c.DueAt, clock.GetUtcNow()), ct);
    }

    // What was done is written down even while the host stops, so it is not done again.
    private Task EndAsync(ParkedCall call, string state) => ChangeAsync(call, u => u
        .SetProperty(c => c.State, state)
        .SetProperty(c => c.SealedPayload, (string?)null)
        .SetProperty(c => c.LeaseOwner, (string?)null)
        .SetProperty(c => c.FinishedAt, clock.GetUtcNow()), CancellationToken.None);

    private Task ChangeAsync(ParkedCall call, Action<UpdateSettersBuilder<ParkedCall>> change, CancellationToken ct) => database.RunAsync(db =>
        db.Set<ParkedCall>().Where(c => c.Id == call.Id && c.State == ParkedCallState.Running && c.LeaseOwner == owner.Id).ExecuteUpdateAsync(change, ct));

    private static string StateOf(ParkedCallEnd end) => end switch
    {
        ParkedCallEnd.Declined => ParkedCallState.Declined,
        ParkedCallEnd.Expired => ParkedCallState.Expired,
        _ => ParkedCallState.Failed,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Work ({Kind}) waits for the user in session {SessionId}")]
        public static partial void Waiting(ILogger logger, string kind, string sessionId);

        [LoggerMessage(3, LogLevel.Error, "Work ({Kind}) waits for the key '{KeyId}', which is not configured: set Encryption__Keys__{KeyId}")]
        public static partial void NoKey(ILogger logger, string kind, string keyId);

        [LoggerMessage(2, LogLevel.Warning, "Work ({Kind}) failed at attempt {Attempt}")]
        public static partial void Failed(ILogger logger, string kind, int attempt, Exception e);
    }
}
