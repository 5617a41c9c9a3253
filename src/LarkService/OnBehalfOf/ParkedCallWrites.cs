using LarkService.Data;
using LarkService.Data.Outbox;
using LarkService.OnBehalfOf.Operations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace LarkService.OnBehalfOf;

/// <summary>What becomes of a call, written by whoever works on it. One that was overtaken writes nothing over its successor.</summary>
internal sealed class ParkedCallWrites(Database database, LeaseOwner owner, OutboxPublisher outbox, OperationWaiters waiters, TimeProvider clock)
{
    /// <returns>False when somebody else has it by now.</returns>
    public async Task<bool> ChangeAsync(ParkedCall call, Action<UpdateSettersBuilder<ParkedCall>> change, CancellationToken ct) =>
        await database.WriteAsync(db => ChangeAsync(db, call, change, ct), ct);

    // What was done is written down even while the host stops, so it is not done again.
    public Task EndAsync(ParkedCall call, string state) => ChangeAsync(call, u => End(u, state), CancellationToken.None);

    /// <summary>The end of a caller's operation, and the word of it, in one transaction.</summary>
    /// <returns>False when somebody else has it by now.</returns>
    public async Task<bool> EndAsync(ParkedCall call, string state, string sealedAnswer)
    {
        var now = clock.GetUtcNow();
        var ended = await database.TransactAsync(async db =>
        {
            var mine = await ChangeAsync(db, call, u =>
            {
                End(u, state);
                u.SetProperty(c => c.SealedAnswer, sealedAnswer)
                    .SetProperty(c => c.SentAt, (DateTimeOffset?)null)
                    .SetProperty(c => c.ExpiresAt, now + OldOperations.Kept);
            }, CancellationToken.None);
            if (mine)
            {
                outbox.Add(db, OperationTopics.Completed, call.Id, new OperationCompleted(call.Id, call.CallerId, call.AppId, call.OpenId, state, call.SessionId, now));
                await db.SaveChangesAsync(CancellationToken.None);
            }

            return mine;
        }, CancellationToken.None);
        if (ended)
        {
            outbox.Committed();
            waiters.Ended(call.Id);
        }

        return ended;
    }

    private void End(UpdateSettersBuilder<ParkedCall> update, string state)
    {
        var now = clock.GetUtcNow();
        update.SetProperty(c => c.State, state)
            .SetProperty(c => c.SealedPayload, (string?)null)
            .SetProperty(c => c.LeaseOwner, (string?)null)
            .SetProperty(c => c.FinishedAt, now);
    }

    private async Task<bool> ChangeAsync(LarkDbContext db, ParkedCall call, Action<UpdateSettersBuilder<ParkedCall>> change, CancellationToken ct) =>
        await db.Set<ParkedCall>().Where(c => c.Id == call.Id && c.State == ParkedCallState.Running && c.LeaseOwner == owner.Id).ExecuteUpdateAsync(change, ct) == 1;
}
