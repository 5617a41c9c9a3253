using LarkService.Grants.Sealing;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.OnBehalfOf;

/// <summary>One try at one piece of work, and what becomes of it.</summary>
internal sealed partial class ParkedCallRun(
    TokenSeal seal, IEnumerable<IParkedCallRunner> runners, OperationRun operations, ParkedCallAsking asking, ParkedCallWrites writes, TimeProvider clock, ILogger<ParkedCallRun> logger)
{
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
            await writes.ChangeAsync(call, u => u.SetProperty(c => c.DueAt, clock.GetUtcNow() + WithoutKey).SetProperty(c => c.LeaseOwner, (string?)null), ct);
            return;
        }

        await (call.CallerId is null ? WorkAsync(call, ct) : operations.RunAsync(call, ct));
    }

    private async Task WorkAsync(ParkedCall call, CancellationToken ct)
    {
        try
        {
            var payload = seal.Open(call.SealedPayload!, call.User, SealPurpose.ParkedCall(call.Id)).Reveal();
            if (call.GiveUpAs is { } end)
            {
                var why = Enum.Parse<ParkedCallEnd>(end);
                await _runners[call.Kind].GiveUpAsync(call.User, payload, why, ct);
                await writes.EndAsync(call, StateOf(why));
                return;
            }

            await _runners[call.Kind].RunAsync(call.User, payload, ct);
            await writes.EndAsync(call, ParkedCallState.Succeeded);
        }
        catch (ConsentRequiredException e)
        {
            await AskAsync(call, e.Gap, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await writes.ChangeAsync(call, u => u.SetProperty(c => c.DueAt, clock.GetUtcNow()), CancellationToken.None);
        }
        catch (Exception e)
        {
            await FailedAsync(call, e, ct);
        }
    }

    private async Task AskAsync(ParkedCall call, ConsentGap gap, CancellationToken ct)
    {
        try
        {
            if (await asking.AskAsync(call, gap, ct) is { } end)
            {
                await GiveUpAsync(call, end, ct);
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            await FailedAsync(call, e, ct);
        }
    }

    private async Task FailedAsync(ParkedCall call, Exception e, CancellationToken ct)
    {
        Log.Failed(logger, call.Kind, call.Attempts + 1, e);
        if (call.Attempts < Backoff.Length && e is not SealException) // what does not open will not open later
        {
            await writes.ChangeAsync(call, u => u
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
            await writes.EndAsync(call, StateOf(Enum.Parse<ParkedCallEnd>(call.GiveUpAs))); // even saying so failed
        }
    }

    private Task GiveUpAsync(ParkedCall call, ParkedCallEnd end, CancellationToken ct)
    {
        var word = end.ToString();
        return writes.ChangeAsync(call, u => u
            .SetProperty(c => c.GiveUpAs, word)
            .SetProperty(c => c.Attempts, 0)
            .SetProperty(c => c.DueAt, clock.GetUtcNow()), ct);
    }

    /// <summary>The state of work that ended for this reason.</summary>
    public static string StateOf(ParkedCallEnd end) => end switch
    {
        ParkedCallEnd.Declined => ParkedCallState.Declined,
        ParkedCallEnd.Expired => ParkedCallState.Expired,
        _ => ParkedCallState.Failed,
    };

    private static partial class Log
    {
        [LoggerMessage(3, LogLevel.Error, "Work ({Kind}) waits for the key '{KeyId}', which is not configured: set Encryption__Keys__{KeyId}")]
        public static partial void NoKey(ILogger logger, string kind, string keyId);

        [LoggerMessage(2, LogLevel.Warning, "Work ({Kind}) failed at attempt {Attempt}")]
        public static partial void Failed(ILogger logger, string kind, int attempt, Exception e);
    }
}
