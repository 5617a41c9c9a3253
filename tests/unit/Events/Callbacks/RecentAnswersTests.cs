using LarkService.Events.Callbacks;
using LarkService.LongConnection;

namespace LarkService.UnitTests.Events.Callbacks;

public sealed class RecentAnswersTests
{
    private readonly RecentAnswers _answers = new();

    [Fact]
    public async Task The_last_thousand_are_remembered()
    {
        for (var i = 0; i < 1500; i++)
        {
            await GiveAsync($"e{i}", 10);
        }

        Assert.Equal(RecentAnswers.Most, _answers.Count);
        Assert.True(_answers.GetOrAdd("e1499", Never).Repeated);
        Assert.False(await GiveAsync("e0", 10));
    }

    [Fact]
    public async Task Large_ones_are_fewer()
    {
        for (var i = 0; i < 1000; i++)
        {
            await GiveAsync($"e{i}", 30 * 1024);
        }

        Assert.InRange(_answers.Count, 200, 8 * 1024 / 30);
    }

    [Fact]
    public async Task What_is_forgotten_while_it_is_worked_on_weighs_nothing()
    {
        var held = new TaskCompletionSource<PayloadAnswer.Ok>();
        var (slow, _) = _answers.GetOrAdd("slow", () => held.Task);
        for (var i = 0; i < RecentAnswers.Most; i++)
        {
            await GiveAsync($"e{i}", 1);
        }

        held.SetResult(new(new byte[8 * 1024 * 1024]));
        await slow;
        await GiveAsync("last", 1);
        Assert.Equal(RecentAnswers.Most, _answers.Count);
    }

    private async Task<bool> GiveAsync(string id, int bytes)
    {
        var (answer, repeated) = _answers.GetOrAdd(id, () => Task.FromResult(new PayloadAnswer.Ok(new byte[bytes])));
        await answer;
        return repeated;
    }

    private static Task<PayloadAnswer.Ok> Never() => throw new InvalidOperationException();
}
