using System.Collections.Concurrent;
using LarkSandbox.Cards;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Load;

/// <summary>Presses buttons at a fixed rate, whether or not the earlier answers have come.</summary>
internal sealed class ClickLoad(TenantDirectory directory, MessageStore messages, CardClicks clicks, TimeProvider clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    public async Task<ClickLoadResult> RunAsync(ClickLoadOptions asked, CancellationToken ct)
    {
        if (asked.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(asked));
        }

        var targets = Targets(asked.Action).ToList();
        if (targets.Count == 0)
        {
            throw new ArgumentException($"No card in a private chat has a button with the action {asked.Action}.", nameof(asked));
        }

        var (answers, errors) = (new ConcurrentBag<TimeSpan>(), new ConcurrentDictionary<int, int>());
        var under = new List<Task>(asked.Clicks);
        var began = clock.GetTimestamp();
        for (var number = 0; number < asked.Clicks; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / asked.PerSecond);
            while (clock.GetElapsedTime(began) < due)
            {
                await Task.Delay(Look, clock, ct);
            }

            under.Add(PressAsync(targets[number % targets.Count], due));
        }

        await Task.WhenAll(under);
        var seconds = clock.GetElapsedTime(began).TotalSeconds;
        return new(asked.Clicks, targets.Count, Math.Round(seconds, 3), Math.Round(asked.Clicks / seconds, 1), LatencySummary.Of(answers), errors.Values.Sum(), errors);

        async Task PressAsync(Click click, TimeSpan due)
        {
            var seen = await clicks.ClickAsync(click, ct);
            answers.Add(clock.GetElapsedTime(began) - due);
            if (seen.Error is { } error)
            {
                errors.AddOrUpdate(error.Code, 1, (_, count) => count + 1);
            }
        }
    }

    private IEnumerable<Click> Targets(string action)
    {
        foreach (var message in messages.All)
        {
            if (message is { Deleted: false, Card: { } card } && directory.OwnerOf(message.ChatId) is { } owner
                && CardButtons.Values(card).FirstOrDefault(v => v.Text("action") == action) is { } value)
            {
                yield return new(owner.OpenId, message.MessageId, value);
            }
        }
    }
}
