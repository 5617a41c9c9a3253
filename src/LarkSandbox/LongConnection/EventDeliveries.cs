using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Faults;
using LarkSandbox.Hosting;
using LarkSandbox.Wire;

namespace LarkSandbox.LongConnection;

/// <summary>Delivers events at least once: at once, then after 15 s, 5 min, 1 h and 6 h (scaled), counted from the previous try.</summary>
internal sealed class EventDeliveries(SandboxOptions options, Pushes pushes, FrameFaults faults, BackgroundTasks tasks, WireLog wire, ChangeSignal changes, TimeProvider clock)
{
    private const int MostKept = 20_000;

    private readonly ConcurrentDictionary<string, Delivery> _byEvent = new();
    private readonly ConcurrentQueue<string> _order = new();
    private readonly ChatOrder _chats = new();

    public IReadOnlyCollection<Delivery> All => [.. _byEvent.Values];

    public Delivery? Find(string eventId) => _byEvent.GetValueOrDefault(eventId);

    public Delivery Push(JsonObject envelope)
    {
        var header = envelope["header"];
        var delivery = new Delivery(header.Text("event_id") ?? envelope.Text("uuid") ?? Ids.Event(), header.Text("event_type") ?? envelope["event"].Text("type") ?? "unknown");
        Keep(delivery);
        var payload = Encoding.UTF8.GetBytes(Json.Write(envelope));
        for (var copy = faults.Copies(); copy > 0; copy--)
        {
            tasks.Run(_chats.Behind(options.OrderedChats ? ChatOf(envelope) : null, ct => DeliverAsync(delivery, payload, ct)));
        }

        return delivery;
    }

    private async Task DeliverAsync(Delivery delivery, byte[] payload, CancellationToken ct)
    {
        for (var step = 0; ; step++)
        {
            if (step > 0)
            {
                wire.Counters.Add("redelivered");
            }

            delivery.Tried();
            changes.Notify();
            var result = await pushes.PushAsync(payload, "event", $"event {delivery.EventType}", ct);
            if (result is PushResult.Answered { Code: 200 })
            {
                delivery.Acked = true;
                changes.Notify();
                return;
            }

            if (step == options.RedeliveryLadder.Count)
            {
                delivery.GaveUp = true;
                changes.Notify();
                return;
            }

            await Task.Delay(options.RedeliveryLadder[step] * options.RedeliveryScale, clock, ct);
        }
    }

    private static string? ChatOf(JsonObject envelope) => envelope["event"]?["message"].Text("chat_id") ?? envelope["event"].Text("chat_id");

    private void Keep(Delivery delivery)
    {
        _byEvent[delivery.EventId] = delivery;
        _order.Enqueue(delivery.EventId);
        if (_order.Count > MostKept && _order.TryDequeue(out var oldest))
        {
            _byEvent.TryRemove(oldest, out _);
        }
    }
}
