using LarkService.LongConnection;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.LongConnection;

/// <summary>What is in hand when a connection closes.</summary>
public sealed class PayloadDeskTests
{
    private readonly ManualTime _clock = new();
    private readonly ListLogger<PayloadDeskTests> _log = new();
    private readonly ScriptedSink _sink = new();

    [Fact]
    public async Task A_push_that_was_on_its_way_through_the_reader_when_the_last_one_was_done_is_left_to_others()
    {
        // Given a connection that has nothing in hand any more, whose reader is past the question whether it may take something
        var options = new LongConnectionOptions { ConnectionsPerApp = 1 };
        var statuses = new LongConnectionStatuses(Some.Apps(), Options.Create(options), _clock);
        using var tally = new CountedMeters();
        var metrics = new LongConnectionMetrics(tally, statuses);
        await using var socket = new ScriptedSocket();
        using var sender = new FrameSender(socket, Some.AppId, metrics, _clock);
        using var inFlight = new InFlight(1, _clock);
        var heartbeat = new Heartbeat(sender, statuses.All[0], ConnectionAddress.Read("wss://h/ws", new())!, options.HeartbeatInterval, metrics, _clock);
        var desk = new PayloadDesk(sender, _sink, inFlight, metrics, _clock, _log);
        using var reader = new FrameReader(socket, statuses.All[0], heartbeat, inFlight, desk, options, metrics, new RareLog(_clock), _clock, _log);
        desk.Close();
        Assert.True(await desk.IdleAsync(TimeSpan.Zero, Until.SomeTime()));

        // When the push arrives
        socket.PushVector("event_unsplit");
        socket.Close();
        await reader.RunAsync(CancellationToken.None, CancellationToken.None);

        // Then nobody stores what could not be acknowledged, and its room is free
        Assert.Equal(0, _sink.Waiting);
        Assert.True(inFlight.TryTakeRoom());
        Assert.Equal(1, tally.Sum("lark_service.websocket.dropped", ("reason", "closing")));
    }
}
