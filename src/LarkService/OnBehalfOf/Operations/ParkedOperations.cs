using System.Text.Json;
using LarkService.Data;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using LarkService.Platform.Http;
using Microsoft.EntityFrameworkCore;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>Callers' operations that wait for their user, and what became of them.</summary>
internal sealed partial class ParkedOperations(
    Database database,
    TokenSeal seal,
    IConsent consent,
    ParkedCalls parked,
    ParkedCallSignal signal,
    OperationWaiters waiters,
    IHostApplicationLifetime host,
    TimeProvider clock,
    ILogger<ParkedOperations> logger)
{
    /// <summary>Operations in one user's name that may wait or be in work at a time.</summary>
    public const int MostOfUser = 100;

    /// <summary>And of all users.</summary>
    public const int Most = 20_000;

    private static readonly TimeSpan InAMoment = TimeSpan.FromSeconds(30);
    private static readonly string[] Open = [ParkedCallState.WaitingForUser, ParkedCallState.Running];

    /// <summary>Keeps the call, sealed, until the user has answered.</summary>
    /// <param name="operation">The call.</param>
    /// <param name="gap">What it lacks.</param>
    /// <param name="asked">What came of asking the user.</param>
    /// <param name="http">Whose call it is.</param>
    /// <param name="ct">Ends the wait before it is kept.</param>
    public async Task<IResult> ParkAsync(NewOperation operation, ConsentGap gap, ConsentAnswer asked, HttpContext http, CancellationToken ct)
    {
        // Once it may have been kept its caller is told so: whoever is told otherwise comes again, and it would be there twice.
        ct.ThrowIfCancellationRequested();
        var call = Row(operation, gap, asked, http.User.CallerId());
        if (await KeepAsync(call) is { } full)
        {
            return Problems.RateLimited(full, InAMoment, http);
        }

        await ReleaseIfEndedAsync(call);
        signal.Wake();
        http.Response.Headers["Preference-Applied"] = Preferences.RespondAsync;
        return TypedResults.Accepted($"{OperationEndpoints.Path}/{call.Id}", new OperationParked(call.Id, ParkedCallState.WaitingForUser, call.SessionId));
    }

    // The user may have been faster than our note that it waits; then nobody else will wake this call.
    private async Task ReleaseIfEndedAsync(ParkedCall call)
    {
        try
        {
            if (call.SessionId is { } session && await consent.StateAsync(session, CancellationToken.None) is var state and not ConsentState.Pending)
            {
                await parked.ReleaseAsync(session, state, CancellationToken.None);
            }
        }
        catch (Exception e)
        {
            Log.NotLookedAt(logger, call.Id, e); // UnheardSessions finds it
        }
    }

    /// <param name="id">The operation's.</param>
    /// <param name="callerId">Who asks: operations of others are as good as unknown.</param>
    /// <param name="wait">So long its end is waited for.</param>
    /// <param name="ct">The caller left.</param>
    /// <returns>Null when there is none, or none any more.</returns>
    /// <exception cref="SealException">Its answer does not open.</exception>
    public async Task<OperationView?> FindAsync(string id, string callerId, TimeSpan wait, CancellationToken ct)
    {
        using var waiter = wait > TimeSpan.Zero ? waiters.Enter(id) : null;
        var call = await FindAsync(id, callerId, ct);
        if (waiter is not null && call is { FinishedAt: null })
        {
            await WaitAsync(waiter, wait, ct);
            call = await FindAsync(id, callerId, ct);
        }

        return call is null ? null : OperationView.Of(call, StoredAnswer.Open(seal, call));
    }

    private async Task WaitAsync(OperationWaiters.Waiter waiter, TimeSpan wait, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(wait, clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, host.ApplicationStopping, ct);
        await waiter.Ended.WaitAsync(any.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ct.ThrowIfCancellationRequested();
    }

    private Task<ParkedCall?> FindAsync(string id, string callerId, CancellationToken ct)
    {
        var stillKept = clock.GetUtcNow() - OldOperations.Kept;
        return database.RunAsync(db => db.Set<ParkedCall>().AsNoTracking()
            .SingleOrDefaultAsync(c => c.Id == id && c.CallerId == callerId && (c.FinishedAt == null || c.FinishedAt > stillKept), ct));
    }

    /// <returns>Why it was not kept; calls of one user that come at once are counted one after the other.</returns>
    private Task<string?> KeepAsync(ParkedCall call) => database.TransactAsync(
        async db =>
        {
            if (!database.IsSingleProcess)
            {
                await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({$"lark-operations/{call.AppId}/{call.OpenId}"}, 0))");
            }

            if (await FullAsync(db, call.User) is { } full)
            {
                return full;
            }

            db.Add(call);
            await db.SaveChangesAsync();
            return null;
        },
        CancellationToken.None);

    private static async Task<string?> FullAsync(LarkDbContext db, UserKey user)
    {
        var open = db.Set<ParkedCall>().Where(c => c.Kind == StoredOperation.ParkedKind && Open.Contains(c.State));
        if (await open.Where(c => c.AppId == user.AppId && c.OpenId == user.OpenId).CountAsync() >= MostOfUser)
        {
            return $"{MostOfUser} calls in this user's name wait already. Make this one when some of them have ended.";
        }

        return await db.Set<ParkedCall>().Where(c => Open.Contains(c.State)).CountAsync() >= Most ? $"{Most} calls wait already. Make this one when some of them have ended." : null;
    }

    private ParkedCall Row(NewOperation operation, ConsentGap gap, ConsentAnswer asked, string callerId)
    {
        var (id, now) = ("op_" + RandomIds.Create(128), clock.GetUtcNow());
        var (waiting, later) = (asked as ConsentAnswer.Waiting, asked as ConsentAnswer.Later);
        var pause = later is null ? TimeSpan.Zero : later.After < ParkedCallAsking.LongestHeldBack ? later.After : ParkedCallAsking.LongestHeldBack;
        return new ParkedCall
        {
            Id = id,
            Kind = StoredOperation.ParkedKind,
            AppId = operation.User.AppId,
            OpenId = operation.User.OpenId,
            CallerId = callerId,
            State = waiting is null ? ParkedCallState.Running : ParkedCallState.WaitingForUser,
            HeldBack = later is not null,
            SessionId = waiting?.SessionId,
            SealedPayload = StoredOperation.Of(operation).Seal(seal, operation.User, id),
            Scopes = operation.Scopes.Union(gap.MissingScopes),
            Place = JsonSerializer.Serialize(CallProblems.ByCard),
            DueAt = waiting is null ? now + pause : UnheardSessions.DueAt(waiting, now),
            CreatedAt = now,
            ExpiresAt = waiting is null ? now + ParkedCallAsking.LongestHeldBack : waiting.ExpiresAt,
        };
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Operation {Id} was kept, but how its session stands could not be seen")]
        public static partial void NotLookedAt(ILogger logger, string id, Exception e);
    }
}

/// <param name="Id">Where to ask what became of it.</param>
/// <param name="State">See <see cref="ParkedCallState"/>.</param>
/// <param name="SessionId">The session it waits for; null while the user may not be asked yet.</param>
internal sealed record OperationParked(string Id, string State, string? SessionId);
