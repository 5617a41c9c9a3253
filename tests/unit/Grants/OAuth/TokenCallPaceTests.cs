using LarkService.Data;
using LarkService.Grants.OAuth;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.Grants.OAuth;

public sealed class TokenCallPaceTests : IAsyncDisposable
{
    private const string App = "cli_1";
    private readonly ManualTime _clock = new();
    private readonly TokenCallPace _pace;

    public TokenCallPaceTests() =>
        _pace = new(new Database(DatabaseProvider.Sqlite, () => throw new InvalidOperationException("Nothing is stored here.")), _clock, NullLogger<TokenCallPace>.Instance);

    /// <summary>Callers come as they like for minutes: whichever second and whichever minute one looks at, it is within the limits.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task However_callers_come_no_second_and_no_minute_holds_more_than_the_platform_takes(int seed)
    {
        var random = new Random(seed);
        var permits = new PermitsInMemory(_clock);
        List<double> calls = [];
        var started = _clock.GetTimestamp();
        while (calls.Count < 3000)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(random.Next(4) == 0 ? random.Next(3000) : random.Next(40)));
            var priority = random.Next(3) == 0 ? CallPriority.Background : CallPriority.Interactive;
            var (granted, _) = await permits.TakeAsync(App, random.Next(1, 80), priority, default);
            calls.AddRange(Enumerable.Repeat(_clock.GetElapsedTime(started).TotalSeconds, granted));
        }

        Assert.True(MostWithin(calls, 1.0) <= 50, $"{MostWithin(calls, 1.0)} calls in a second");
        Assert.True(MostWithin(calls, 60.0) <= 1000, $"{MostWithin(calls, 60.0)} calls in a minute");
    }

    [Fact]
    public async Task A_thousand_people_at_once_are_through_in_less_than_25_seconds()
    {
        var permits = new PermitsInMemory(_clock);
        List<double> calls = [];
        var started = _clock.GetTimestamp();
        while (calls.Count < 1000)
        {
            var (granted, lookAgain) = await permits.TakeAsync(App, 1000 - calls.Count, CallPriority.Interactive, default);
            calls.AddRange(Enumerable.Repeat(_clock.GetElapsedTime(started).TotalSeconds, granted));
            _clock.Advance(granted > 0 ? TimeSpan.Zero : lookAgain);
        }

        Assert.InRange(calls[^1], 20, 24);
        Assert.True(MostWithin(calls, 1.0) <= 50);
        var (more, _) = await permits.TakeAsync(App, 1, CallPriority.Interactive, default);
        Assert.Equal(0, more); // the minute's thousand are used up
    }

    [Fact]
    public void While_there_is_room_nobody_waits()
    {
        for (var call = 0; call < 5; call++)
        {
            Assert.True(WaitAsync(App, CallPriority.Interactive).IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task People_come_before_what_can_wait_in_the_order_they_came()
    {
        // Given a poll that asks for a permit, and more callers who come meanwhile
        var permits = new OneByOne();
        await using var queue = new TokenCallQueue(App, permits, _clock);
        Task[] polls = [Wait(CallPriority.Background), Wait(CallPriority.Background)];
        Task[] people = [Wait(CallPriority.Interactive), Wait(CallPriority.Interactive)];

        // Then whatever is granted after that first answer goes to people first
        await permits.AnswerAsync(CallPriority.Background, 0);
        foreach (var served in people)
        {
            await permits.AnswerAsync(CallPriority.Interactive, 1);
            await served.Soon();
            Assert.All(polls, poll => Assert.False(poll.IsCompleted));
        }

        foreach (var served in polls)
        {
            await permits.AnswerAsync(CallPriority.Background, 1);
            await served.Soon();
        }

        Task Wait(CallPriority priority) => queue.WaitAsync(priority, TimeSpan.FromMinutes(1), default).AsTask();
    }

    [Fact]
    public async Task Whoever_has_just_clicked_comes_after_people_who_wait_and_before_what_can_wait()
    {
        var permits = new OneByOne();
        await using var queue = new TokenCallQueue(App, permits, _clock);
        var (rest, clicked, person) = (Wait(CallPriority.Background), Wait(CallPriority.Expected), Wait(CallPriority.Interactive));

        await permits.AnswerAsync(CallPriority.Background, 0);
        await permits.AnswerAsync(CallPriority.Interactive, 1);
        await person.Soon();
        await permits.AnswerAsync(CallPriority.Expected, 1);
        await clicked.Soon();
        Assert.False(rest.IsCompleted);
        await permits.AnswerAsync(CallPriority.Background, 1);
        await rest.Soon();

        Task Wait(CallPriority priority) => queue.WaitAsync(priority, TimeSpan.FromMinutes(1), default).AsTask();
    }

    [Theory]
    [InlineData(CallPriority.Expected, 10, 50, 1000)]
    [InlineData(CallPriority.Background, 5, 25, 500)]
    internal void Those_who_have_just_clicked_may_use_all_that_is_left_and_what_can_wait_half(CallPriority priority, int burst, int second, int minute)
    {
        Assert.Equal((burst, second, minute), (TokenCallRule.Share(TokenCallRule.Burst, priority), TokenCallRule.Share(TokenCallRule.PerSecond, priority), TokenCallRule.Share(TokenCallRule.PerMinute, priority)));
    }

    [Fact]
    public async Task A_database_that_does_not_answer_fails_those_who_wait_and_the_next_try_anew()
    {
        var permits = new OneByOne();
        await using var queue = new TokenCallQueue(App, permits, _clock);
        Task[] waiting = [Wait(), Wait()];
        permits.Break(new TimeoutException("The database does not answer."));
        foreach (var failed in waiting)
        {
            var busy = await Assert.ThrowsAsync<TokenCallsBusyException>(() => failed.Soon()); // nothing was sent
            Assert.IsType<TimeoutException>(busy.InnerException);
        }

        var next = Wait();
        await permits.AnswerAsync(CallPriority.Interactive, 1);
        await next.Soon();

        Task Wait() => queue.WaitAsync(CallPriority.Interactive, TimeSpan.FromMinutes(1), default).AsTask();
    }

    [Fact]
    public async Task What_can_wait_leaves_half_of_every_second_to_people()
    {
        var permits = new PermitsInMemory(_clock);
        var background = 0;
        for (var slot = 0; slot < TokenCallRule.SecondSlots; slot++)
        {
            background += (await permits.TakeAsync(App, 100, CallPriority.Background, default)).Granted;
            _clock.Advance(TimeSpan.FromMilliseconds(TokenCallRule.SlotMilliseconds));
        }

        Assert.Equal(25, background);
        Assert.True((await permits.TakeAsync(App, 100, CallPriority.Interactive, default)).Granted >= 5);
    }

    [Fact]
    public async Task A_person_who_comes_while_only_polls_wait_is_served_at_once()
    {
        // Given polls that have used up their half
        List<Task> polls = [];
        for (var poll = 0; poll < 30; poll++)
        {
            polls.Add(WaitAsync(App, CallPriority.Background));
        }

        await RunUntilAsync(() => polls.Count(p => p.IsCompleted) == 25);
        _clock.Advance(TimeSpan.FromMilliseconds(200));

        var person = WaitAsync(App, CallPriority.Interactive);
        await person.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Nobody_waits_for_ever()
    {
        await _pace.PauseAsync(App, TimeSpan.FromHours(1));
        var person = WaitAsync(App, CallPriority.Interactive);
        var poll = WaitAsync(App, CallPriority.Background);

        await RunUntilAsync(() => poll.IsCompleted);
        Assert.False(person.IsCompleted);
        await RunUntilAsync(() => person.IsCompleted);

        await Assert.ThrowsAsync<TokenCallsBusyException>(() => poll);
        await Assert.ThrowsAsync<TokenCallsBusyException>(() => person);
    }

    [Fact]
    public async Task More_than_can_be_served_are_turned_away_at_once()
    {
        await _pace.PauseAsync(App, TimeSpan.FromMinutes(1));
        var waiting = Enumerable.Range(0, TokenCallQueue.MostWaiting).Select(_ => WaitAsync(App, CallPriority.Interactive)).ToList();

        await Assert.ThrowsAsync<TokenCallsBusyException>(() => WaitAsync(App, CallPriority.Interactive));
        Assert.All(waiting, w => Assert.False(w.IsCompleted));
    }

    [Fact]
    public async Task Whoever_leaves_is_not_served_and_holds_up_nobody()
    {
        UseUpTheMoment();
        using var leaving = new CancellationTokenSource();
        var gone = _pace.WaitAsync(App, CallPriority.Interactive, leaving.Token).AsTask();
        var stays = WaitAsync(App, CallPriority.Interactive);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await RunUntilAsync(() => stays.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_call_the_platform_did_not_take_does_not_use_up_the_minute()
    {
        var permits = new PermitsInMemory(_clock);
        for (var taken = 0; taken < 1000;)
        {
            taken += (await permits.TakeAsync(App, 5, CallPriority.Interactive, default)).Granted;
            _clock.Advance(TimeSpan.FromMilliseconds(30));
        }

        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, (await permits.TakeAsync(App, 5, CallPriority.Interactive, default)).Granted);
        await permits.PauseAsync(App, TimeSpan.FromSeconds(1), default);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, (await permits.TakeAsync(App, 5, CallPriority.Interactive, default)).Granted);
        Assert.Equal(0, (await permits.TakeAsync(App, 5, CallPriority.Interactive, default)).Granted);
    }

    [Fact]
    public async Task Calls_without_an_answer_hold_up_the_next_ones_until_they_have_one()
    {
        // Given as many calls under way as there may be, though the platform would take more
        List<TokenCallPermit> underWay = [];
        while (underWay.Count < TokenCallQueue.MostUnderWay)
        {
            underWay.Add(await _pace.WaitAsync(App, CallPriority.Interactive, default));
            _clock.Advance(TimeSpan.FromMilliseconds(200));
        }

        var next = WaitAsync(App, CallPriority.Interactive);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Task.Yield();
        Assert.False(next.IsCompleted);

        underWay[0].Dispose();
        underWay[0].Dispose(); // only counts once
        await RunUntilAsync(() => next.IsCompletedSuccessfully);
        using var full = await _pace.WaitAsync(App, CallPriority.Interactive, default);
        Assert.False(WaitAsync(App, CallPriority.Interactive).IsCompleted);
    }

    [Fact]
    public async Task What_can_wait_never_has_so_many_calls_under_way_that_people_wait_behind_it()
    {
        for (var poll = 0; poll < TokenCallQueue.MostUnderWay / 2; poll++)
        {
            _ = await _pace.WaitAsync(App, CallPriority.Background, default);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        var next = WaitAsync(App, CallPriority.Background);
        var person = WaitAsync(App, CallPriority.Interactive);
        await RunUntilAsync(() => person.IsCompletedSuccessfully);
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task One_apps_crowd_is_not_anothers()
    {
        await _pace.PauseAsync(App, TimeSpan.FromMinutes(1));

        Assert.True(WaitAsync("cli_2", CallPriority.Interactive).IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("3600", 60)]
    [InlineData(null, 1)]
    public async Task Too_many_calls_pause_the_app_for_as_long_as_the_platform_says_up_to_a_minute(string? reset, int seconds)
    {
        var platform = new OpenPlatform();
        platform.When(OpenPlatform.Token, (_, _) =>
        {
            var response = OpenPlatform.Response(429, """{"code":99991400,"msg":"request trigger frequency limit"}""");
            if (reset is not null)
            {
                response.Headers.Add("x-ogw-ratelimit-reset", reset);
            }

            return Task.FromResult(response);
        });
        var client = new OAuthClient(platform, _pace, new TokenAlerts(new KeptAlerts(), _clock, NullLogger<TokenAlerts>.Instance));
        var app = Some.Apps().Default;

        // When the platform refuses one refresh
        var refused = Assert.IsType<TokenAnswer.Refused>(await client.RefreshAsync(app, new Secret("r"), default));
        Assert.Equal(RefreshVerdict.Retry, RefreshVerdicts.For(refused.Error));

        // Then nobody calls before that time, and then it goes on
        var permits = WaitAsync(app.AppId, CallPriority.Interactive);
        _clock.Advance(TimeSpan.FromSeconds(Math.Min(seconds, 29) - 0.3));
        await Task.Yield();
        Assert.False(permits.IsCompleted);
        if (seconds < 30)
        {
            await RunUntilAsync(() => permits.IsCompletedSuccessfully);
            return;
        }

        await RunUntilAsync(() => permits.IsFaulted);
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.True(WaitAsync(app.AppId, CallPriority.Interactive).IsCompletedSuccessfully);
    }

    public ValueTask DisposeAsync() => _pace.DisposeAsync();

    private async Task WaitAsync(string app, CallPriority priority) => (await _pace.WaitAsync(app, priority, default)).Dispose(); // answered at once

    private void UseUpTheMoment()
    {
        for (var call = 0; call < TokenCallRule.Burst; call++)
        {
            Assert.True(WaitAsync(App, CallPriority.Interactive).IsCompletedSuccessfully);
        }
    }

    /// <summary>Time goes on in small steps, each as soon as the queue waits for it.</summary>
    private async Task RunUntilAsync(Func<bool> condition)
    {
        await Until.TrueAsync(async () =>
        {
            var queueRests = _clock.SomeoneWaitsAsync(TimeSpan.Zero, TimeSpan.FromMilliseconds(250));
            await queueRests.WaitAsync(TimeSpan.FromMilliseconds(50)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // or there is nothing left to wait for
            _clock.Advance(TimeSpan.FromMilliseconds(25));
            return condition();
        });
    }

    private static int MostWithin(List<double> times, double seconds)
    {
        var (most, first) = (0, 0);
        for (var last = 0; last < times.Count; last++)
        {
            while (times[last] - times[first] >= seconds)
            {
                first++;
            }

            most = Math.Max(most, last - first + 1);
        }

        return most;
    }

    /// <summary>Answers when the test says so.</summary>
    private sealed class OneByOne : ITokenCallPermits
    {
        private TaskCompletionSource<TokenCallPermits> _answer = new();
        private CallPriority? _asked;

        public async ValueTask<TokenCallPermits> TakeAsync(string appId, int wanted, CallPriority priority, CancellationToken ct)
        {
            _answer = new();
            _asked = priority;
            return await _answer.Task.WaitAsync(ct);
        }

        public Task PauseAsync(string appId, TimeSpan pause, CancellationToken ct) => Task.CompletedTask;

        public async Task AnswerAsync(CallPriority asked, int granted)
        {
            await Until.TrueAsync(() => _asked is not null);
            Assert.Equal(asked, _asked);
            _asked = null;
            _answer.SetResult(new(granted, TimeSpan.Zero));
        }

        public void Break(Exception e)
        {
            _asked = null;
            _answer.SetException(e);
        }
    }
}
