using System.ComponentModel.DataAnnotations;
using LarkService.LongConnection;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.LongConnection;

public sealed class LongConnectionHealthTests
{
    private const string Other = "cli_other";
    private static readonly ConnectionPhase Open = new ConnectionPhase.Connected(new OpenConnection(null!, ConnectionAddress.Read("wss://h/ws", new())!), 0);
    private static readonly ConnectionPhase Refused = new ConnectionPhase.Degraded(1, new(DisconnectKind.CredentialsRefused, "The App Secret is wrong"));

    [Fact]
    public async Task One_connection_of_each_app_is_healthy()
    {
        var (health, statuses) = Create();
        statuses.Of(Some.AppId).First().Publish(Open);
        statuses.Of(Other).Last().Publish(Open);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(health)).Status);
    }

    [Fact]
    public async Task An_app_without_a_connection_degrades_and_says_why()
    {
        var (health, statuses) = Create();
        statuses.Of(Some.AppId).First().Publish(Open);
        statuses.Of(Other).First().Publish(Refused);
        var result = await CheckAsync(health);
        Assert.Equal((HealthStatus.Degraded, $"{Other}: The App Secret is wrong"), (result.Status, result.Description));
    }

    [Fact]
    public async Task One_of_two_that_is_degraded_is_told()
    {
        var (health, statuses) = Create();
        statuses.All.ToList().ForEach(status => status.Publish(Open));
        statuses.Of(Other).Last().Publish(Refused);
        var result = await CheckAsync(health);
        Assert.Equal((HealthStatus.Degraded, $"{Other}/2: The App Secret is wrong"), (result.Status, result.Description));
    }

    [Fact]
    public async Task One_that_stands_by_beside_a_living_one_is_shown_and_no_fault()
    {
        var (health, statuses) = Create();
        statuses.All.ToList().ForEach(status => status.Publish(Open));
        statuses.Of(Other).Last().Publish(new ConnectionPhase.StandingBy(EndpointRefusals.StandBy(Other)));
        var result = await CheckAsync(health);
        Assert.Equal(HealthStatus.Healthy, result.Status);
        Assert.StartsWith("3 of 4 connections are open", result.Description, StringComparison.Ordinal);
        Assert.Contains($"{Other}/2: Standing by", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_platform_asks_of_clients_is_shown()
    {
        var (health, statuses) = Create();
        statuses.All.ToList().ForEach(status => status.Publish(Open));
        statuses.Of(Other).First().Pong(new ClientConfig(-1, 120, 30, 5));
        var result = await CheckAsync(health);
        Assert.Contains($"{Other}: heartbeat every 5 s, the platform asks for PingInterval 5, ReconnectInterval 120, ReconnectNonce 30, ReconnectCount -1", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_connection_the_service_is_not_ready()
    {
        var (health, _) = Create();
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(health)).Status);
    }

    [Fact]
    public async Task Switched_off_is_healthy_when_an_app_receives_over_HTTP()
    {
        var (health, statuses) = Create(new LongConnectionOptions { Enabled = false }, Some.HttpApps(verificationToken: "v"));
        var result = await CheckAsync(health);
        Assert.Equal((HealthStatus.Healthy, "switched off"), (result.Status, result.Description));
        Assert.Empty(statuses.All);
    }

    [Fact]
    public async Task Switched_off_without_a_receiver_the_service_is_not_ready_and_says_how_to_mend_it()
    {
        var (health, _) = Create(new LongConnectionOptions { Enabled = false });
        var result = await CheckAsync(health);
        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Contains("LongConnection__Enabled=true, or an app's EncryptKey", result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void The_gauge_shows_each_connection()
    {
        using var meters = new CountedMeters();
        var (_, statuses) = Create();
        _ = new LongConnectionMetrics(meters, statuses);
        statuses.Of(Other).First().Publish(Open);
        meters.Observe();
        Assert.Equal(1, meters.Sum("lark_service.websocket.connection.status", ("app_id", Other), ("connection", 1)));
        Assert.Equal(1, meters.Sum("lark_service.websocket.connection.status"));
    }

    [Fact]
    public void Wrong_options_are_named_with_the_way_to_mend_them()
    {
        var options = new LongConnectionOptions { ConnectionsPerApp = 51, HeartbeatInterval = TimeSpan.Zero, MaxFailuresBeforeDegraded = 0, MaxMessageBytes = 0 };
        var faults = options.Validate(new ValidationContext(options)).Select(f => f.MemberNames.Single());
        Assert.Equal(
            ["LongConnection__ConnectionsPerApp", "LongConnection__HeartbeatInterval", "LongConnection__MaxFailuresBeforeDegraded", "LongConnection__MaxMessageBytes"],
            faults);
        Assert.Empty(new LongConnectionOptions().Validate(new ValidationContext(options)));
    }

    [Fact]
    public async Task Without_any_connection_the_service_is_ready_when_an_app_receives_over_HTTP()
    {
        var (health, _) = Create(apps: Some.HttpApps(verificationToken: "v"));
        var result = await CheckAsync(health);
        Assert.Equal((HealthStatus.Degraded, $"{Some.AppId}: connecting; {Other}: connecting"), (result.Status, result.Description));
    }

    private static (LongConnectionHealth Health, LongConnectionStatuses Statuses) Create(LongConnectionOptions? options = null, LarkApps? apps = null)
    {
        var wrapped = Options.Create(options ?? new());
        apps ??= Some.Apps(Other);
        var statuses = new LongConnectionStatuses(apps, wrapped, new ManualTime());
        return (new(statuses, apps, wrapped), statuses);
    }

    private static Task<HealthCheckResult> CheckAsync(LongConnectionHealth health) => health.CheckHealthAsync(
        new HealthCheckContext { Registration = new("long_connection", health, HealthStatus.Unhealthy, []) },
        TestContext.Current.CancellationToken);
}
