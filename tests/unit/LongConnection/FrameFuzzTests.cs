using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Lark.Wire;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.LongConnection;

/// <summary>100,000 frames nobody meant, half of them with each seed, through the whole way of a frame: decoded, put together, brought to the sink, acknowledged.</summary>
/// <remarks>Alone, when all others are done: it looks at the memory of the whole process.</remarks>
[Collection(nameof(Hosting.Alone))]
public sealed class FrameFuzzTests
{
    private const int Count = 50_000;
    private const int MaxMessageBytes = 64 * 1024;
    private static readonly byte[][] Seeds = [.. FrameVector.All.Select(v => v.Bytes)];
    private readonly ManualTime _clock = new();
    private readonly ListLogger<FrameFuzzTests> _log = new();

    [Theory]
    [InlineData(1)]
    [InlineData(20261122)]
    public async Task Nothing_of_it_ends_the_connection_or_stays_in_memory(int seed)
    {
        // Given the way of a frame, with a sink that takes whatever comes
        var options = new LongConnectionOptions { MaxMessageBytes = MaxMessageBytes, ConnectionsPerApp = 1 };
        var statuses = new LongConnectionStatuses(Some.Apps(), Options.Create(options), _clock);
        using var tally = new Tally();
        var metrics = new LongConnectionMetrics(tally, statuses);
        await using var socket = new FuzzSocket(seed, _clock);
        using var sender = new FrameSender(socket, Some.AppId, metrics, _clock);
        using var inFlight = new InFlight(ConnectionSupervisor.MostInFlight, _clock);
        var heartbeat = new Heartbeat(sender, statuses.All[0], ConnectionAddress.Read("wss://h/ws", new())!, options.HeartbeatInterval, metrics, _clock);
        var desk = new PayloadDesk(sender, new TakesAll(), inFlight, metrics, _clock, _log);
        using var reader = new FrameReader(socket, statuses.All[0], heartbeat, inFlight, desk, options, metrics, new RareLog(_clock), _clock, _log);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        // When all of it has come, and a good event after it
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var end = await Task.Run(() => reader.RunAsync(CancellationToken.None, CancellationToken.None)).WaitAsync(patience.Token);
        Assert.True(await desk.IdleAsync(TimeSpan.FromSeconds(60), Until.SomeTime()));

        // Then every one was read and counted, the last was acknowledged, and what is kept is little
        Assert.Equal(DisconnectKind.ClosedByPlatform, end.Kind);
        Assert.All(_log.Lines, line => Assert.False(line.StartsWith("Error", StringComparison.Ordinal), line));
        Assert.Equal(Count + 1, tally.FramesIn);
        Assert.True(socket.LastIsAcknowledged);
        Assert.InRange(socket.Acks, 500, Count);
        Assert.InRange(reader.Packets.OpenMessages, 0, PacketAssembler.MaxOpen);
        Assert.InRange(reader.Packets.OpenBytes, 0, 4 * MaxMessageBytes);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 * 1024 * 1024);
        Assert.InRange(_log.Lines.Count, 0, 40);
        _clock.Advance(PacketAssembler.Lifetime);
        Assert.Equal((0, 0L), (reader.Packets.OpenMessages, reader.Packets.OpenBytes));
    }

    /// <summary>One nonsense after the other, a good event at the end, then goodbye.</summary>
    private sealed class FuzzSocket(int seed, ManualTime clock) : ILarkSocket
    {
        private readonly Random _random = new(seed);
        private readonly TaskCompletionSource _last = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _read;
        private int _acks;

        public int Acks => _acks;

        public bool LastIsAcknowledged => _last.Task.IsCompletedSuccessfully;

        public async Task<SocketMessage> ReceiveAsync(CancellationToken ct)
        {
            if (_read % 500 == 0)
            {
                clock.AdvanceSeconds(3); // so that what stays incomplete makes room
            }

            switch (_read++)
            {
                case < Count:
                    return new SocketMessage.Binary(Next());
                case Count:
                    return new SocketMessage.Binary(Event("the-last", 1, 0, "{}"u8.ToArray()).ToByteArray());
                default:
                    await _last.Task;
                    return new SocketMessage.Closed(1000);
            }
        }

        public ValueTask SendAsync(ReadOnlyMemory<byte> message)
        {
            Interlocked.Increment(ref _acks);
            if (message.Length < 500 && Frame.Parser.ParseFrom(message.ToArray()).Text("message_id") == "the-last")
            {
                _last.TrySetResult();
            }

            return ValueTask.CompletedTask;
        }

        public Task CloseAsync(CancellationToken ct) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private byte[] Next() => _random.Next(8) switch
        {
            0 => RandomBytes(_random.Next(300)),
            1 => Flipped(Any()),
            2 => Cut(Any()),
            3 => [.. Cut(Any()), .. Cut(Any())],
            4 => Huge(Any()),
            5 => Odd().ToByteArray(),
            6 => Flipped(Odd().ToByteArray()),
            _ => Part().ToByteArray(),
        };

        private byte[] Any() => [.. Seeds[_random.Next(Seeds.Length)], .. RandomBytes(_random.Next(2) * 40)];

        private byte[] Cut(byte[] bytes) => bytes[.._random.Next(bytes.Length + 1)];

        private byte[] RandomBytes(int count)
        {
            var bytes = new byte[count];
            _random.NextBytes(bytes);
            return bytes;
        }

        private byte[] Flipped(byte[] bytes)
        {
            for (var i = _random.Next(1, 8); i > 0 && bytes.Length > 0; i--)
            {
                bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
            }

            return bytes;
        }

        // A length or a number as large as it can be written, in the middle of something.
        private byte[] Huge(byte[] bytes)
        {
            var at = _random.Next(bytes.Length + 1);
            byte[] number = [.. Enumerable.Repeat((byte)0xff, _random.Next(1, 12)), (byte)_random.Next(0x80)];
            return [.. bytes.AsSpan(0, at), .. number, .. bytes.AsSpan(at)];
        }

        /// <summary>A frame by the schema, with odd values.</summary>
        private Frame Odd()
        {
            string[] types = ["event", "event", "card", "ping", "pong", "", "EVENT", "\0"];
            string[] numbers = ["0", "1", "0", "1", "2", "-1", "1024", "1025", "2147483648", "x", "", " 1", "1e3", "９"];
            var frame = Event($"m{_random.Next(200)}", 1, 0, RandomBytes(_random.Next(200)));
            frame.Method = _random.Next(4) == 0 ? _random.Next(int.MinValue, int.MaxValue) : _random.Next(2);
            frame.Headers[0].Value = types[_random.Next(types.Length)];
            if (_random.Next(2) == 0)
            {
                frame.Headers[2].Value = numbers[_random.Next(numbers.Length)];
                frame.Headers[3].Value = numbers[_random.Next(numbers.Length)];
            }

            if (_random.Next(10) == 0)
            {
                frame.Headers[1].Value = new string('m', _random.Next(20_000));
            }

            for (var i = _random.Next(10) == 0 ? _random.Next(100) : 0; i > 0; i--)
            {
                frame.Headers.Add(new Header { Key = "sum", Value = "7" });
            }

            if (frame.Method == Frames.ControlMethod && _random.Next(2) == 0)
            {
                frame.Payload = ByteString.CopyFromUtf8($$"""{"PingInterval":{{_random.Next(-5, 700)}},"ReconnectCount":"x"}""");
            }

            return frame;
        }

        /// <summary>One packet of many, most of which never come.</summary>
        private Frame Part()
        {
            var sum = _random.Next(2, 5);
            return Event($"p{_random.Next(150)}", sum, _random.Next(sum), RandomBytes(_random.Next(10) == 0 ? _random.Next(40_000) : 50));
        }

        private static Frame Event(string id, int sum, int seq, byte[] payload) => new()
        {
            SeqID = 1,
            LogID = 2,
            Service = 3,
            Method = Frames.DataMethod,
            Headers =
            {
                new Header { Key = "type", Value = "event" },
                new Header { Key = "message_id", Value = id },
                new Header { Key = "sum", Value = sum.ToString(CultureInfo.InvariantCulture) },
                new Header { Key = "seq", Value = seq.ToString(CultureInfo.InvariantCulture) },
            },
            Payload = ByteString.CopyFrom(payload),
        };
    }

    private sealed class TakesAll : IPayloadSink
    {
        public Task<PayloadAnswer> ReceiveAsync(LarkPayload payload, CancellationToken ct) => Task.FromResult((payload.Json.Length % 3) switch
        {
            0 => (PayloadAnswer)new PayloadAnswer.Failed(),
            1 => new PayloadAnswer.Ok(Encoding.UTF8.GetBytes("{}")),
            _ => new PayloadAnswer.Ok(),
        });
    }

    /// <summary>Adds up the frames that came in, and keeps nothing else.</summary>
    private sealed class Tally : IMeterFactory
    {
        private readonly MeterListener _listener = new();
        private long _framesIn;

        public Tally()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, this) && instrument.Name == "lark_service.websocket.frames")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    Interlocked.Add(ref _framesIn, tag is { Key: "direction", Value: "in" } ? value : 0);
                }
            });
            _listener.Start();
        }

        public long FramesIn => Interlocked.Read(ref _framesIn);

        public Meter Create(MeterOptions options)
        {
            options.Scope = this;
            return new Meter(options);
        }

        public void Dispose() => _listener.Dispose();
    }
}
