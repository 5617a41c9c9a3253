using System.Text;
using Google.Protobuf;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;
using static LarkService.LongConnection.ConnectionPhase;

namespace LarkService.UnitTests.LongConnection;

/// <summary>What goes on while a connection is open, and how it is closed.</summary>
public sealed class ConnectionSessionTests : IAsyncLifetime
{
    private readonly RunningConnection _connection = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task An_event_goes_to_the_sink_and_its_frame_back_as_ack()
    {
        var socket = await _connection.OpenAsync();
        socket.PushVector("event_unsplit");
        var payload = await _connection.Sink.ReceivedAsync();
        Assert.Equal(FrameVector.Named("event_unsplit").PayloadText, ScriptedSink.TextOf(payload));
        Assert.Equal((Some.AppId, "msg-0001"), (payload.AppId, payload.MessageId));

        var ack = await socket.AckAsync();
        var push = FrameVector.Named("event_unsplit").Frame;
        Assert.Equal((push.SeqID, push.LogID, push.Service, push.LogIDNew), (ack.SeqID, ack.LogID, ack.Service, ack.LogIDNew));
        Assert.Equal("""{"code":200}""", ack.Payload.ToStringUtf8());
        Assert.Equal(1, _connection.Meters.Sum("lark_service.websocket.frames", ("type", "event"), ("direction", "in")));
    }

    [Fact]
    public async Task The_answer_of_a_callback_goes_with_the_ack()
    {
        _connection.Sink.Answer = (_, _) => Task.FromResult<PayloadAnswer>(new PayloadAnswer.Ok(Encoding.UTF8.GetBytes("{}")) { Kind = PayloadKind.Callback });
        var socket = await _connection.OpenAsync();
        socket.PushVector("callback_card_action");
        Assert.Equal("""{"code":200,"data":"e30="}""", (await socket.AckAsync()).Payload.ToStringUtf8());
    }

    [Fact]
    public async Task What_the_sink_does_not_take_is_answered_500()
    {
        _connection.Sink.Answer = (_, _) => Task.FromResult<PayloadAnswer>(new PayloadAnswer.Failed());
        var socket = await _connection.OpenAsync();
        socket.PushVector("event_unsplit");
        Assert.Equal("""{"code":500}""", (await socket.AckAsync()).Payload.ToStringUtf8());
    }

    [Fact]
    public async Task A_sink_that_throws_is_answered_500_and_the_connection_stays()
    {
        _connection.Sink.Answer = (_, _) => throw new InvalidOperationException("x");
        var socket = await _connection.OpenAsync();
        socket.PushVector("event_unsplit");
        Assert.Equal("""{"code":500}""", (await socket.AckAsync()).Payload.ToStringUtf8());
        Assert.IsType<Connected>(_connection.Status.Phase);
    }

    [Fact]
    public async Task A_payload_without_an_answer_is_not_acknowledged()
    {
        _connection.Sink.Answer = (p, _) => Task.FromResult<PayloadAnswer>(p.MessageId == "msg-0001" ? new PayloadAnswer.NoAnswer() : new PayloadAnswer.Ok());
        var socket = await _connection.OpenAsync();
        socket.PushVector("event_unsplit");
        await _connection.Sink.ReceivedAsync();
        socket.PushVector("callback_card_action");
        Assert.Equal("msg-0003", (await socket.AckAsync()).Text("message_id"));
    }

    [Fact]
    public async Task What_follows_the_answer_comes_after_the_ack()
    {
        var sentBefore = -1;
        var done = new TaskCompletionSource();
        ScriptedSocket? socket = null;
        _connection.Sink.Answer = (_, _) => Task.FromResult<PayloadAnswer>(new PayloadAnswer.Ok
        {
            Afterwards = () =>
            {
                sentBefore = socket!.SentSoFar;
                done.SetResult();
            },
        });
        socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        socket.PushVector("event_unsplit");
        await done.Task.Soon();
        Assert.Equal(1, sentBefore);
    }

    [Fact]
    public async Task A_split_push_is_put_together_and_acknowledged_once_with_its_last_packet()
    {
        var socket = await _connection.OpenAsync();
        foreach (var seq in new[] { 1, 0, 0, 2 })
        {
            socket.PushVector($"event_split_{seq}_of_3");
        }

        Assert.Equal(FrameVector.Named("event_unsplit").PayloadText, ScriptedSink.TextOf(await _connection.Sink.ReceivedAsync()));
        Assert.Equal("2", (await socket.AckAsync()).Text("seq"));
        Assert.Equal(1, _connection.Dropped("duplicate"));
        Assert.Equal(0, _connection.Sink.Waiting);
    }

    [Fact]
    public async Task Packets_that_stay_alone_are_dropped_and_counted()
    {
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        socket.PushVector("event_split_0_of_3");
        socket.Pong(); // read after the packet, so once it is counted the packet has its place
        await Until.TrueAsync(() => _connection.Meters.Sum("lark_service.websocket.frames", ("type", "pong")) > 0);
        _connection.Clock.AdvanceSeconds(9.9);
        Assert.Equal(0, _connection.Dropped("expired"));
        _connection.Clock.AdvanceSeconds(0.1);
        Assert.Equal(1, _connection.Dropped("expired")); // by the clock alone: nothing else has come
        Assert.Single(_connection.Log.Lines, line => line.Contains("stayed incomplete", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Frames_that_cannot_be_used_are_counted_logged_once_a_kind_and_the_connection_goes_on()
    {
        // Given everything odd at once, twice
        var socket = await _connection.OpenAsync();
        for (var i = 0; i < 2; i++)
        {
            foreach (var bad in FrameVector.All.Where(v => !v.Valid))
            {
                socket.Push(bad.Bytes);
            }

            socket.PushVector("card_type_ignored");
            socket.PushVector("control_unknown_type");
            socket.PushVector("method_unknown");
            socket.Push(new SocketMessage.Text(5));
            socket.Push(new SocketMessage.TooLarge(5_000_000));
        }

        // When a good one follows
        socket.PushVector("event_unsplit");

        // Then it alone is acknowledged
        Assert.Equal("msg-0001", (await socket.AckAsync()).Text("message_id"));
        Assert.Equal(0, socket.SentSoFar);
        Assert.Equal(6, _connection.Dropped("malformed"));
        Assert.Equal(6, _connection.Dropped("incomplete"));
        foreach (var kind in new[] { "card", "unknown_control", "unknown_method", "text", "too_large" })
        {
            Assert.Equal(2, _connection.Dropped(kind));
            Assert.Single(_connection.Log.Lines, line => line.Contains($"not used: {kind},", StringComparison.Ordinal));
        }

        Assert.IsType<Connected>(_connection.Status.Phase);
    }

    [Fact]
    public async Task Slow_payloads_do_not_hold_up_reading()
    {
        var held = _connection.Sink.Holds();
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        socket.PushVector("event_unsplit");
        await _connection.Sink.ReceivedAsync();
        _connection.Clock.AdvanceSeconds(1);
        socket.Pong();
        await _connection.SeesPongAsync();
        held.SetResult(new PayloadAnswer.Ok());
        Assert.Equal("1000", (await socket.AckAsync()).Text("biz_rt"));
    }

    [Fact]
    public async Task With_as_many_payloads_in_hand_as_may_be_reading_pauses_until_one_is_done()
    {
        var held = _connection.Sink.Holds();
        var socket = await _connection.OpenAsync();
        for (var i = 0; i < ConnectionSupervisor.MostInFlight + 10; i++)
        {
            socket.PushVector("event_unsplit");
        }

        await Until.TrueAsync(() => _connection.Sink.Waiting == ConnectionSupervisor.MostInFlight && socket.Unread == 9);
        held.SetResult(new PayloadAnswer.Ok());
        await Until.TrueAsync(() => _connection.Sink.Waiting == ConnectionSupervisor.MostInFlight + 10);
    }

    [Fact]
    public async Task Stopping_finishes_and_acknowledges_what_is_in_hand_and_says_goodbye()
    {
        // Given a payload in hand
        var held = _connection.Sink.Holds();
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        socket.PushVector("event_unsplit");
        await _connection.Sink.ReceivedAsync();

        // When the service stops, and another one comes
        await _connection.Clock.NobodyWaitsForAsync(10); // the ping is out
        _connection.BeginStop();
        await _connection.Clock.SomeoneWaitsForAsync(10);
        socket.PushVector("callback_card_action");
        await Until.TrueAsync(() => _connection.Dropped("closing") == 1);

        // Then the first is acknowledged, the other is left to others, and the goodbye comes last
        held.SetResult(new PayloadAnswer.Ok());
        Assert.Equal("msg-0001", (await socket.AckAsync()).Text("message_id"));
        await socket.SaidGoodbye;
        await _connection.ReachesAsync<Stopped>();
        await _connection.StopAsync();
        Assert.Equal(0, _connection.Sink.Waiting);
    }

    [Fact]
    public async Task Stopping_does_not_wait_longer_than_ten_seconds()
    {
        _connection.Sink.Holds();
        var socket = await _connection.OpenAsync();
        await socket.SentAsync("ping");
        socket.PushVector("event_unsplit");
        await _connection.Sink.ReceivedAsync();
        await _connection.Clock.NobodyWaitsForAsync(10); // the ping is out
        _connection.BeginStop();
        await _connection.Clock.SomeoneWaitsForAsync(10);
        _connection.Clock.AdvanceSeconds(10);
        await socket.SaidGoodbye;
        await _connection.ReachesAsync<Stopped>();
    }

    [Fact]
    public async Task An_ack_that_has_nowhere_to_go_hurts_nobody()
    {
        var held = _connection.Sink.Holds();
        var socket = await _connection.OpenForAWhileAsync();
        socket.PushVector("event_unsplit");
        await _connection.Sink.ReceivedAsync();
        socket.Close();
        await _connection.ReachesAsync<BackingOff>();
        held.SetResult(new PayloadAnswer.Ok());
        await _connection.StopAsync();
        Assert.Equal(0, _connection.Meters.Sum("lark_service.websocket.ack.duration"));
    }

    [Fact]
    public async Task An_ack_keeps_fields_we_do_not_know_and_writes_required_zeros()
    {
        var push = FrameVector.Named("event_unsplit").Frame;
        (push.SeqID, push.LogID, push.Service) = (0, 0, 0);
        byte[] unknown = [0xf8, 0x3f, 0x2a]; // field 1023, a varint
        var socket = await _connection.OpenAsync();
        socket.Push([.. push.ToByteArray(), .. unknown]);

        var ack = await socket.AckAsync();
        Assert.True(ack.HasSeqID && ack.HasLogID && ack.HasService);
        Assert.Equal(unknown, ack.ToByteArray()[^3..]);
    }

    [Fact]
    public async Task A_payload_that_finds_no_room_for_three_seconds_is_left_to_a_redelivery()
    {
        var held = _connection.Sink.Holds();
        var socket = await _connection.OpenAsync();
        for (var i = 0; i < ConnectionSupervisor.MostInFlight + 1; i++)
        {
            socket.PushVector("event_unsplit");
        }

        socket.Pong();
        await _connection.Clock.SomeoneWaitsForAsync(3);
        _connection.Clock.AdvanceSeconds(3);
        await Until.TrueAsync(() => _connection.Dropped("busy") == 1);
        await _connection.SeesPongAsync();
        held.SetResult(new PayloadAnswer.Ok());
        Assert.IsType<Connected>(_connection.Status.Phase);
    }

    [Fact]
    public async Task While_reading_pauses_for_room_the_silence_is_our_own()
    {
        // Given a heartbeat of one second, and a reader that has no room for what came before the pong
        await using var connection = new RunningConnection(new() { HeartbeatInterval = TimeSpan.FromSeconds(1) });
        var held = connection.Sink.Holds();
        var socket = await connection.OpenAsync();
        await socket.SentAsync("ping");
        for (var i = 0; i < ConnectionSupervisor.MostInFlight + 1; i++)
        {
            socket.PushVector("event_unsplit");
        }

        await connection.Clock.SomeoneWaitsForAsync(3);

        // When more than two intervals pass
        for (var i = 0; i < 29; i++)
        {
            connection.Clock.AdvanceSeconds(0.1);
            await Task.Yield();
        }

        // Then it lives on, and a pong that was waiting behind them counts
        Assert.IsType<Connected>(connection.Status.Phase);
        socket.Pong();
        held.SetResult(new PayloadAnswer.Ok());
        await connection.SeesPongAsync();
        Assert.IsType<Connected>(connection.Status.Phase);
    }

    [Fact]
    public async Task The_platforms_goodbye_is_waited_for_two_seconds_at_most()
    {
        var socket = await _connection.OpenAsync();
        socket.IgnoresGoodbye = true;
        _connection.BeginStop();
        await socket.SaidGoodbye;
        Assert.False(socket.IsGone);
        await _connection.Clock.SomeoneWaitsForAsync(2);
        _connection.Clock.AdvanceSeconds(2);
        await socket.Disposed;
        await _connection.ReachesAsync<Stopped>();
    }
}
