using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Lark.Wire;
using LarkSandbox.Faults;
using LarkSandbox.Hosting;
using LarkSandbox.HttpPush;
using LarkSandbox.Wire;

namespace LarkSandbox.LongConnection;

/// <summary>
/// Pushes one payload to one random connection, whole or in packets, and waits for the ack. Acks are matched by the
/// message_id header on the connection of the push; late, foreign and unknown ones are ignored.
/// </summary>
internal sealed class Pushes(SandboxOptions options, Connections connections, HttpPushes http, FaultBoard faults, FrameFaults troubles, WireLog wire, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, PendingPush> _pending = new();
    private long _sequence = 7_400_000_000_000_000_001;
    private long _acks;

    public long Acks => Interlocked.Read(ref _acks);

    public async Task<PushResult> PushAsync(ReadOnlyMemory<byte> payload, string kind, string title, CancellationToken ct)
    {
        await troubles.HoldBackAsync(ct);
        if (http.Address is { } address)
        {
            return await http.PushAsync(address, payload, kind, title, ct);
        }

        if (connections.Pick() is not { } connection)
        {
            return new PushResult.NoConnection();
        }

        wire.Counters.Add(kind);
        var messageId = "msg-" + Ids.Hex(12);
        var frames = Packets(connection, messageId, payload);
        var pending = new PendingPush(connection, kind, title, frames[^1], clock.GetTimestamp());
        _pending[messageId] = pending;
        try
        {
            var lost = troubles.LosesPush() ? frames[Random.Shared.Next(frames.Count)] : null;
            foreach (var frame in frames.Where(f => f != lost))
            {
                await SendAsync(connection, frame, kind, title, payload, ct);
            }

            if (lost is not null)
            {
                troubles.TellLost(connection.Id, "to-service", title, frames.Count == 1 ? "The push never reached the service." : "One packet of it never reached the service: the others wait in vain.");
            }

            return await pending.Answer.Task.WaitAsync(options.AckDeadline, clock, connection.Closed);
        }
        catch (TimeoutException)
        {
            return pending.AnswerOr(new PushResult.TimedOut());
        }
        catch (Exception problem) when (problem is WebSocketException or OperationCanceledException or ObjectDisposedException && !ct.IsCancellationRequested)
        {
            return pending.AnswerOr(new PushResult.ConnectionLost());
        }
        finally
        {
            _pending.TryRemove(messageId, out _);
        }
    }

    /// <summary>Takes an ack frame; what does not belong to a waiting push is ignored.</summary>
    public void Acknowledge(SandboxConnection connection, Frame ack, int bytes)
    {
        var pending = ack.Header("message_id") is { } id ? _pending.GetValueOrDefault(id) : null;
        if (pending is null || pending.Connection != connection)
        {
            Report(connection, ack, bytes, null, "ack for nothing that waits", "Late or unknown: ignored.", null);
            return;
        }

        if (ack.Header("instance_id") != connection.InstanceId)
        {
            Report(connection, ack, bytes, null, "ack without its instance_id", "An ack must echo every header of the push; this one cannot find its way back and is ignored.", null);
            return;
        }

        var answer = Read(ack);
        Interlocked.Increment(ref _acks);
        Report(connection, ack, bytes, clock.GetElapsedTime(pending.StartedAt), $"ack {answer.Code.ToString(CultureInfo.InvariantCulture)} of {pending.Title}",
            answer.Code == 200 ? "The service has it; the platform will not send it again." : "The service could not handle it; an event comes again.",
            answer.Data is { Length: > 0 } data ? Json.Parse(data) : null);
        pending.Answer.TrySetResult(answer);
    }

    /// <summary>An ack whose payload cannot be read counts as a failure.</summary>
    private static PushResult.Answered Read(Frame ack)
    {
        if (Json.Parse(ack.Payload.Span) is not JsonObject body || body["code"] is not JsonValue code || !code.TryGetValue<long>(out var number))
        {
            return new(500, null);
        }

        if (body["data"] is not JsonValue data || data.GetValueKind() != JsonValueKind.String)
        {
            return new(number, null);
        }

        try
        {
            return new(number, Convert.FromBase64String(data.GetValue<string>()));
        }
        catch (FormatException)
        {
            return new(number, []);
        }
    }

    private List<Frame> Packets(SandboxConnection connection, string messageId, ReadOnlyMemory<byte> payload)
    {
        var size = faults.SplitAbove is { } limit && limit > 0 && payload.Length > limit ? limit : Math.Max(1, payload.Length);
        var sum = Math.Max(1, (payload.Length + size - 1) / size);
        var trace = Ids.Hex(16);
        var sequence = (ulong)Interlocked.Increment(ref _sequence);
        var frames = new List<Frame>(sum);
        for (var seq = 0; seq < sum; seq++)
        {
            var part = payload.Slice(seq * size, Math.Min(size, payload.Length - (seq * size)));
            frames.Add(Packet(connection, messageId, trace, sequence, sum, seq, part));
        }

        if (faults.ReorderPackets)
        {
            frames.Reverse();
        }

        return frames;
    }

    private Frame Packet(SandboxConnection connection, string messageId, string trace, ulong sequence, int sum, int seq, ReadOnlyMemory<byte> part) => new Frame
    {
        SeqID = sequence,
        LogID = sequence + 1_000_000_007,
        Service = connection.ServiceId,
        Method = FrameCodec.Data,
        Payload = ByteString.CopyFrom(part.Span),
        LogIDNew = trace,
    }
        .With("type", "event")
        .With("message_id", messageId)
        .With("sum", sum.ToString(CultureInfo.InvariantCulture))
        .With("seq", seq.ToString(CultureInfo.InvariantCulture))
        .With("trace_id", trace)
        .With("timestamp", clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture))
        .With("instance_id", connection.InstanceId);

    private async Task SendAsync(SandboxConnection connection, Frame frame, string kind, string title, ReadOnlyMemory<byte> whole, CancellationToken ct)
    {
        var bytes = FrameCodec.Encode(frame);
        wire.Add(() =>
        {
            var sum = frame.Header("sum")!;
            var part = int.Parse(frame.Header("seq")!, CultureInfo.InvariantCulture) + 1;
            return new WireEntry
            {
                Channel = "ws",
                Direction = "to-service",
                Kind = kind,
                Title = sum == "1" ? title : string.Create(CultureInfo.InvariantCulture, $"{title} ({part} of {sum})"),
                Bytes = bytes.Length,
                Connection = connection.Id,
                Explain = (kind == "callback"
                    ? "Somebody pressed a button and waits: the service has three seconds to answer."
                    : "Something happened; the service must acknowledge it within three seconds or it comes again.")
                    + (sum == "1" ? "" : " It is too long for one frame: the parts are joined as bytes, in the order of seq."),
                Headers = [.. frame.Headers.Select(IReadOnlyList<string> (h) => [h.Key, h.Value])],
                Request = sum == "1" || part == 1 ? Json.Parse(whole.Span) : null,
            };
        });
        await connection.SendAsync(bytes, ct);
    }

    private void Report(SandboxConnection connection, Frame ack, int bytes, TimeSpan? took, string title, string explain, JsonNode? data) => wire.Add(() => new WireEntry
    {
        Channel = "ws",
        Direction = "to-platform",
        Kind = "ack",
        Title = title,
        Bytes = bytes,
        DurationMs = took is { } span ? (long)span.TotalMilliseconds : null,
        Connection = connection.Id,
        Explain = explain,
        Headers = [.. ack.Headers.Select(IReadOnlyList<string> (h) => [h.Key, h.Value])],
        Request = Json.Parse(ack.Payload.Span),
        Response = data,
    });
}
