using LarkService.Authorization;
using LarkService.Data;
using LarkService.Data.Counting;
using LarkService.Grants;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Data;

/// <summary>Numbers of rows for the metrics: counted behind, never by who reads them.</summary>
public sealed class RowCountLoopTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly ListLogger<RowCountLoop> _log = new();
    private readonly CallMetrics _calls;
    private readonly RowCountLoop _loop;
    private bool _down;

    public RowCountLoopTests()
    {
        _calls = new CallMetrics(_scene.Meters);
        _scene.Opening = () =>
        {
            if (_down)
            {
                throw new InvalidOperationException("The database is down.");
            }
        };
        _loop = new RowCountLoop(
            [
                new OpenSessionCount(_scene.Apps, Options.Create(new AuthorizationOptions()), new AuthorizationMetrics(_scene.Meters), _scene.Clock),
                new ActiveGrantCount(_scene.Apps, new GrantMetrics(_scene.Meters)),
                new ParkedCallCount(_calls),
            ],
            _scene.Database, _scene.Clock, _log);
    }

    [Fact]
    public async Task Each_app_has_its_sessions_and_grants_counted_and_a_zero_where_there_is_none()
    {
        await _scene.GrantAsync();
        await _scene.GrantAsync(user: Some.OtherUser);
        await _scene.GrantAsync(user: new UserKey("cli_gone", "ou_1"));
        await _scene.SessionAsync();
        await _scene.SessionAsync(user: Some.OtherUser, seconds: 0);
        await CountOnceAsync();

        Assert.Equal(2, Read("lark_service.token.active_count", Some.AppId));
        Assert.Equal(0, Read("lark_service.token.active_count", "cli_other"));
        Assert.Equal(2, _scene.Meters.Sum("lark_service.token.active_count"));
        Assert.Equal(1, _scene.Meters.Sum("lark_service.auth.session.active"));
    }

    [Fact]
    public async Task Revoked_grants_and_ended_calls_do_not_count()
    {
        var grant = await _scene.GrantAsync();
        await _scene.Database.RunAsync(db => UserGrants.RevokeAsync(db, grant, default));
        await ParkAsync(ParkedCallState.WaitingForUser, ParkedCallState.WaitingForUser, ParkedCallState.Running, ParkedCallState.Succeeded, ParkedCallState.Failed);
        await CountOnceAsync();

        Assert.Equal(0, Read("lark_service.token.active_count", Some.AppId));
        Assert.Equal(2, _scene.Meters.Sum("lark_service.parked_calls", ("state", "waiting_for_user")));
        Assert.Equal(1, _scene.Meters.Sum("lark_service.parked_calls", ("state", "running")));
        Assert.Equal(3, _scene.Meters.Sum("lark_service.parked_calls"));
    }

    [Fact]
    public async Task A_count_that_fails_does_not_stop_the_others()
    {
        await ParkAsync(ParkedCallState.Running);
        using var loop = new RowCountLoop([new Failing(), new ParkedCallCount(_calls)], _scene.Database, _scene.Clock, _log);
        await loop.StartAsync(default);
        await PauseAsync();
        await loop.StopAsync(default);
        _scene.Meters.Observe();
        Assert.Equal(1, _scene.Meters.Sum("lark_service.parked_calls", ("state", "running")));
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task A_database_that_fails_is_told_once_and_counting_goes_on_when_it_works_again()
    {
        _down = true;
        await _loop.StartAsync(default);
        await PauseAsync();
        await PauseAsync();
        Assert.Single(_log.Lines);

        _down = false;
        await _scene.GrantAsync();
        await PauseAsync();
        await _loop.StopAsync(default);
        _scene.Meters.Observe();

        Assert.Equal(1, Read("lark_service.token.active_count", Some.AppId));
        Assert.Single(_log.Lines);
    }

    public void Dispose()
    {
        _loop.Dispose();
        _scene.Dispose();
    }

    private async Task CountOnceAsync()
    {
        await _loop.StartAsync(default);
        await _scene.Clock.SomeoneWaitsForAsync(RowCountLoop.Pause.TotalSeconds);
        await _loop.StopAsync(default);
        _scene.Meters.Observe();
    }

    private async Task PauseAsync()
    {
        await _scene.Clock.SomeoneWaitsForAsync(RowCountLoop.Pause.TotalSeconds);
        _scene.Clock.Advance(RowCountLoop.Pause);
        await _scene.Clock.SomeoneWaitsForAsync(RowCountLoop.Pause.TotalSeconds);
    }

    private double Read(string gauge, string app) => _scene.Meters.Sum(gauge, ("app_id", app));

    private Task ParkAsync(params string[] states) => _scene.Database.RunAsync(db =>
    {
        db.AddRange(states.Select((state, i) => new ParkedCall
        {
            Id = $"call-{i}",
            Kind = "test",
            AppId = Some.AppId,
            OpenId = Some.User.OpenId,
            State = state,
            Scopes = ScopeSet.Empty,
            Place = "{}",
            CreatedAt = _scene.Clock.GetUtcNow(),
        }));
        return db.SaveChangesAsync();
    });

    private sealed class Failing : IRowCount
    {
        public Task CountAsync(LarkDbContext db, CancellationToken ct) => throw new InvalidOperationException("x");
    }
}
