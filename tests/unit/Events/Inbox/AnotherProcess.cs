using LarkService.Data;
using LarkService.Events.Inbox;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Events;

/// <summary>The dispatch of a process that shares the database, as far as a test drives it.</summary>
internal sealed class AnotherProcess
{
    public AnotherProcess(Database database, ManualTime clock)
    {
        var owner = new LeaseOwner();
        Claims = new InboxClaims(database, owner, clock);
        Store = new InboxStore(database, owner, clock);
    }

    public InboxClaims Claims { get; }

    public InboxStore Store { get; }

    public async Task<List<InboxEvent>> ClaimAsync(int most = 8) =>
        [.. (await Claims.ClaimAsync(most, _ => false, alsoOfOthers: true, CancellationToken.None)).SelectMany(run => run)];
}
