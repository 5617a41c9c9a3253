using LarkService.LongConnection;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Options;
using static LarkService.LongConnection.ConnectionPhase;

namespace LarkService.UnitTests.LongConnection;

/// <summary>What the operators are told of an app's connections, and that they are told once.</summary>
public sealed class AppIncidentTests
{
    private static readonly ConnectionPhase Open = new Connected(new OpenConnection(null!, ConnectionAddress.Read("wss://h/ws?ticket=geheim", new())!), 0);
    private readonly ManualTime _clock = new();
    private readonly LongConnectionStatuses _statuses;
    private readonly AppIncident _incident;

    public AppIncidentTests()
    {
        _statuses = new(Some.Apps(), Options.Create(new LongConnectionOptions()), _clock);
        _incident = new(Some.AppId, _clock);
    }

    [Fact]
    public void A_refused_secret_is_told_at_once_in_both_languages()
    {
        Publish(new Degraded(1, new(DisconnectKind.CredentialsRefused, "code 514")), Open);
        var alert = Assert.Single(Look());
        Assert.Equal((AlertKind.Trouble, "code 514"), (alert.Kind, alert.Detail));
        Assert.Contains(Some.AppId, alert.Title.En, StringComparison.Ordinal);
        Assert.Contains("App Secret", alert.Words.En, StringComparison.Ordinal);
        Assert.Contains("核对", alert.Words.Zh, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_connections_with_the_same_trouble_make_one_message_and_another_trouble_makes_another()
    {
        Publish(Failing(DisconnectKind.NetworkFailed), Failing(DisconnectKind.NetworkFailed));
        Assert.Single(Look());
        Assert.Empty(Look());
        Publish(Failing(DisconnectKind.Silent), Failing(DisconnectKind.NetworkFailed));
        Assert.Single(Look());
        Assert.Empty(Look());
    }

    [Fact]
    public void Backing_off_and_standing_by_are_not_told()
    {
        Publish(new BackingOff(3, new(DisconnectKind.NetworkFailed, "x"), TimeSpan.FromSeconds(4)), new StandingBy(EndpointRefusals.StandBy(Some.AppId)));
        Assert.Empty(Look());
    }

    [Fact]
    public void A_process_whose_connections_all_stand_by_is_no_trouble_however_long()
    {
        var standingBy = new StandingBy(EndpointRefusals.StandBy(Some.AppId));
        Publish(standingBy, standingBy);
        Assert.Empty(Look());
        _clock.AdvanceSeconds(3600);
        Assert.Empty(Look());
    }

    [Fact]
    public void An_app_without_any_connection_for_five_minutes_is_told_once()
    {
        _clock.Jump(TimeSpan.FromDays(-1)); // whatever the clock on the wall says
        Assert.Empty(Look());
        _clock.AdvanceSeconds(299);
        Assert.Empty(Look());
        _clock.AdvanceSeconds(1);
        Assert.Contains("5 minutes", Assert.Single(Look()).Title.En, StringComparison.Ordinal);
        _clock.AdvanceSeconds(3600);
        Assert.Empty(Look());
    }

    [Fact]
    public void A_short_absence_is_not_told_and_does_not_add_up()
    {
        for (var i = 0; i < 5; i++)
        {
            Publish(new Connecting(0), new Connecting(0));
            Assert.Empty(Look());
            _clock.AdvanceSeconds(200);
            Assert.Empty(Look());
            Publish(Open, Open);
            Assert.Empty(Look());
            _clock.AdvanceSeconds(10);
        }
    }

    [Fact]
    public void The_end_is_told_once_when_all_has_been_well_for_a_minute()
    {
        Publish(Failing(DisconnectKind.NetworkFailed), Open);
        Look();
        Publish(Open, Open);
        Assert.Empty(Look());
        _clock.AdvanceSeconds(59);
        Assert.Empty(Look());
        _clock.AdvanceSeconds(1);
        Assert.Equal(AlertKind.AllClear, Assert.Single(Look()).Kind);
        _clock.AdvanceSeconds(600);
        Assert.Empty(Look());

        // The next incident is a new one
        Publish(Failing(DisconnectKind.NetworkFailed), Open);
        Assert.Equal(AlertKind.Trouble, Assert.Single(Look()).Kind);
    }

    [Fact]
    public void A_connection_that_comes_and_goes_is_one_incident()
    {
        var told = 0;
        for (var i = 0; i < 20; i++)
        {
            Publish(Failing(DisconnectKind.Silent), Open);
            told += Look().Count;
            Publish(Open, Open);
            told += Look().Count;
            _clock.AdvanceSeconds(50);
            told += Look().Count;
        }

        Assert.Equal(1, told);
    }

    [Fact]
    public void A_service_that_stops_tells_nothing()
    {
        Publish(Failing(DisconnectKind.Silent), new Stopped());
        Assert.Empty(Look());
    }

    [Fact]
    public void Every_kind_has_its_words() => Assert.All(Enum.GetValues<DisconnectKind>(), kind =>
    {
        var words = DisconnectWords.Of(kind);
        Assert.EndsWith(".", words.En, StringComparison.Ordinal);
        Assert.EndsWith("。", words.Zh, StringComparison.Ordinal);
    });

    [Fact]
    public async Task The_watch_hands_on_what_it_sees_within_seconds()
    {
        var told = new TaskCompletionSource<OperatorAlert>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = new ConnectionAlerts(_statuses, Some.Apps(), new Ear(told), _clock);
        await watch.StartAsync(CancellationToken.None);
        await _clock.SomeoneWaitsForAsync(2);
        Publish(Failing(DisconnectKind.WrongBrand), Open);
        _clock.AdvanceSeconds(2);
        Assert.Contains("Brand", (await told.Task.Soon()).Words.En, StringComparison.Ordinal);
        await watch.StopAsync(CancellationToken.None);
    }

    private static ConnectionPhase Failing(DisconnectKind kind) => new Degraded(10, new(kind, "words"));

    private void Publish(params ConnectionPhase[] phases)
    {
        foreach (var (status, phase) in _statuses.All.Zip(phases))
        {
            status.Publish(phase);
        }
    }

    private IReadOnlyList<OperatorAlert> Look() => _incident.Look([.. _statuses.All.Select(status => status.Snapshot)]);

    private sealed class Ear(TaskCompletionSource<OperatorAlert> told) : IOperatorAlerts
    {
        public void Tell(OperatorAlert alert) => told.TrySetResult(alert);
    }
}
