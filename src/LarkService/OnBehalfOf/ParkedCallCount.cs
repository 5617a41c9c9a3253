using LarkService.Data;
using LarkService.Data.Counting;
using Microsoft.EntityFrameworkCore;

namespace LarkService.OnBehalfOf;

/// <summary>How many calls wait for their user or are in work. What has ended is of no interest here, and would only grow.</summary>
internal sealed class ParkedCallCount(CallMetrics metrics) : IRowCount
{
    private static readonly string[] States = [ParkedCallState.WaitingForUser, ParkedCallState.Running];

    public async Task CountAsync(LarkDbContext db, CancellationToken ct)
    {
        var found = await db.Set<ParkedCall>()
            .Where(c => States.Contains(c.State))
            .GroupBy(c => c.HeldBack ? ParkedCallState.WaitingForUser : c.State)
            .Select(g => new { State = g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.State, g => g.Count, ct);
        metrics.Parked([.. States.Select(state => (state, found.GetValueOrDefault(state)))]);
    }
}
