using LarkService.Authorization;
using LarkService.Authorization.Flows;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.Authorization;

public sealed class SessionExpiryLoopTests
{
    [Fact]
    public async Task A_session_ends_within_seconds_of_its_time_and_its_card_follows()
    {
        using var scene = new Scene();
        var due = await scene.SessionAsync(seconds: 10);
        var later = await scene.SessionAsync(scopes: "later", seconds: 600);
        using var loop = new SessionExpiryLoop(scene.Database, scene.Completion, scene.Clock, NullLogger<SessionExpiryLoop>.Instance);
        await loop.StartAsync(default);

        for (var i = 0; i < 4; i++)
        {
            await scene.Clock.SomeoneWaitsForAsync(3);
            Assert.Equal(SessionState.Pending, (await scene.SessionAsync(due.SessionId)).State);
            scene.Clock.AdvanceSeconds(3);
        }

        await Until.TrueAsync(async () => (await scene.SessionAsync(due.SessionId)).State == SessionState.Expired);
        Assert.Equal(SessionState.Pending, (await scene.SessionAsync(later.SessionId)).State);
        Assert.Equal([SessionTopics.Changed, SessionTopics.Finished], await scene.FollowUpsAsync());
        await loop.StopAsync(default);
    }
}
