using System.Data.Common;
using LarkService.Events.Inbox;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace LarkService.UnitTests.Events;

/// <summary>A claim takes what it saw, or nothing.</summary>
public sealed class InboxClaimsTests
{
    [Theory]
    [InlineData("due_at = due_at + 1000")]
    [InlineData("state = 'done'")]
    public async Task What_changed_since_the_claim_looked_is_not_claimed(string change)
    {
        var between = new Meanwhile($"UPDATE inbox_events SET {change} WHERE event_id = 'e2'");
        await using var events = new RunningEvents(database: new TempDatabase(between));
        await events.ReceiveAsync(Pushes.InChat("e1", "oc_1", events.Clock));
        await events.ReceiveAsync(Pushes.InChat("e2", "oc_1", events.Clock));

        between.IsOn = true;
        Assert.Empty(await events.Another().ClaimAsync());
        Assert.All(await events.Database.AllAsync<InboxEvent>(), row => Assert.Equal((0, null), (row.Attempts, row.LeaseOwner)));

        between.IsOn = false;
        Assert.Equal(2, (await events.Another().ClaimAsync()).Count);
    }

    /// <summary>Changes a row right before a claim writes; with the claim's transaction, so that it is undone with it.</summary>
    private sealed class Meanwhile(string sql) : DbCommandInterceptor
    {
        public bool IsOn { get; set; }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            if (IsOn && command.CommandText.StartsWith("UPDATE", StringComparison.Ordinal))
            {
                using var change = command.Connection!.CreateCommand();
                change.Transaction = command.Transaction;
                change.CommandText = sql;
                change.ExecuteNonQuery();
            }

            return ValueTask.FromResult(result);
        }
    }
}
