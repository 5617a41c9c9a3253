using System.Collections.Concurrent;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;

namespace LarkSandbox.Load;

/// <summary>
/// Pushes many events and measures how long each waits for its ack. So many are in flight at any time; what is not
/// acknowledged comes again by the platform's ladder, beside the rest.
/// </summary>
internal sealed class EventLoad(SandboxOptions options, TenantDirectory directory, Envelopes envelopes, Pushes pushes, TimeProvider clock)
{
    public async Task<EventLoadResult> RunAsync(EventLoadOptions asked, CancellationToken ct)
    {
        if (asked.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(asked));
        }

        var run = new Run(options, asked, new(envelopes, directory.Users[0], asked.Bytes, asked.Chats, clock.GetUtcNow()), pushes, clock);
        return await run.WholeAsync(ct);
    }

    private sealed class Run(SandboxOptions options, EventLoadOptions asked, MessageTemplate template, Pushes pushes, TimeProvider clock)
    {
        private readonly ConcurrentBag<TimeSpan> _acks = [];
        private readonly ConcurrentBag<Task> _later = [];
        private int _started;
        private int _failed;
        private int _redelivered;
        private int _duplicates;

        public async Task<EventLoadResult> WholeAsync(CancellationToken ct)
        {
            var began = clock.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, asked.InFlight).Select(_ => Task.Run(() => SlotAsync(ct), ct)));
            await Task.WhenAll(_later);
            var seconds = clock.GetElapsedTime(began).TotalSeconds;
            return new(
                asked.Events,
                Math.Round(seconds, 3),
                Math.Round((asked.Events - _failed) / seconds, 1),
                LatencySummary.Of(_acks),
                _failed,
                _redelivered,
                _duplicates);
        }

        private async Task SlotAsync(CancellationToken ct)
        {
            while (Interlocked.Increment(ref _started) is var number && number <= asked.Events)
            {
                var payload = template.Make(number);
                if (IsDoubled(number))
                {
                    Interlocked.Increment(ref _duplicates);
                    var acked = await Task.WhenAll(PushAsync(payload, ct), PushAsync(payload, ct));
                    Later(payload, acked.Contains(true), ct);
                }
                else
                {
                    Later(payload, await PushAsync(payload, ct), ct);
                }
            }
        }

        private async Task<bool> PushAsync(byte[] payload, CancellationToken ct)
        {
            var began = clock.GetTimestamp();
            if (await pushes.PushAsync(payload, "event", "event of the load", ct) is not PushResult.Answered { Code: 200 })
            {
                return false;
            }

            _acks.Add(clock.GetElapsedTime(began));
            return true;
        }

        private void Later(byte[] payload, bool acked, CancellationToken ct)
        {
            if (!acked)
            {
                _later.Add(AgainAsync(payload, ct));
            }
        }

        private async Task AgainAsync(byte[] payload, CancellationToken ct)
        {
            foreach (var pause in options.RedeliveryLadder)
            {
                await Task.Delay(pause * options.RedeliveryScale, clock, ct);
                Interlocked.Increment(ref _redelivered);
                if (await PushAsync(payload, ct))
                {
                    return;
                }
            }

            Interlocked.Increment(ref _failed);
        }

        // Spread evenly: the number-th event is doubled when the share passes a whole number there.
        private bool IsDoubled(int number) => (long)number * asked.DuplicatePercent / 100 > (long)(number - 1) * asked.DuplicatePercent / 100;
    }
}
