using System.Net;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.LongConnection;

public sealed class ConnectionEndpointTests : IDisposable
{
    private readonly ScriptedEndpoint _platform = new();
    private readonly ManualTime _clock = new();
    private readonly CountedMeters _meters = new();
    private readonly ConnectionEndpoint _endpoint;

    public ConnectionEndpointTests()
    {
        var statuses = new LongConnectionStatuses(Some.Apps(), Options.Create(new LongConnectionOptions()), _clock);
        _endpoint = new(_platform, new LongConnectionMetrics(_meters, statuses), _clock);
    }

    public void Dispose()
    {
        _platform.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task The_request_is_what_the_platform_expects()
    {
        await AskAsync();
        var (request, body) = Assert.Single(_platform.Asked);
        Assert.Equal((HttpMethod.Post, "https://open.feishu.cn/callback/ws/endpoint"), (request.Method, request.RequestUri!.AbsoluteUri));
        Assert.Equal("zh", request.Headers.GetValues("locale").Single());
        Assert.Equal("application/json", request.Content!.Headers.ContentType!.MediaType);
        Assert.Equal($$"""{"AppID":"{{Some.AppId}}","AppSecret":"{{Some.AppSecret}}"}""", body);
    }

    [Fact]
    public async Task The_platforms_answer_is_an_address()
    {
        _platform.Answers(Fixture.Json("ws-endpoint-success").GetProperty("response").GetProperty("body").GetRawText());
        var address = Assert.IsType<EndpointOutcome.Granted>(await AskAsync()).Address;
        Assert.Equal((33554678, "7400000000000000001", 120), (address.ServiceId, address.ConnectionId, address.Config.PingInterval));
    }

    [Theory]
    [InlineData(403, DisconnectKind.Forbidden, true)]
    [InlineData(514, DisconnectKind.CredentialsRefused, true)]
    [InlineData(1000040350, DisconnectKind.TooManyConnections, false)]
    [InlineData(1000040351, DisconnectKind.WrongBrand, true)]
    [InlineData(1, DisconnectKind.EndpointUnavailable, false)]
    [InlineData(1000040343, DisconnectKind.EndpointUnavailable, false)]
    [InlineData(1000040345, DisconnectKind.EndpointUnavailable, false)]
    [InlineData(4711, DisconnectKind.EndpointUnavailable, false)]
    internal async Task A_code_says_whether_somebody_has_to_act(int code, DisconnectKind kind, bool fatal)
    {
        _platform.Refuses(code);
        var reason = await RefusedAsync();
        Assert.Equal((kind, fatal), (reason.Kind, reason.IsFatal));
        Assert.DoesNotContain(Some.AppSecret, reason.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_of_the_other_platform_is_told_which_brand_to_set()
    {
        _platform.Refuses(1000040351);
        Assert.EndsWith("to Lark", (await RefusedAsync()).Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"code":0,"msg":"","data":null}""")]
    [InlineData("""{"code":0,"msg":""}""")]
    [InlineData("""{"code":0,"data":{"URL":""}}""")]
    [InlineData("""{"code":0,"data":{"URL":"ws://elsewhere.example/ws?device_id=1&service_id=2"}}""")]
    [InlineData("""{"code":"0"}""")]
    [InlineData("""{"code":{}}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData("<html>")]
    [InlineData("")]
    public async Task An_answer_without_a_usable_address_is_tried_again(string body)
    {
        _platform.Answers(body);
        var reason = await RefusedAsync();
        Assert.Equal((DisconnectKind.EndpointUnavailable, false), (reason.Kind, reason.IsFatal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"code":0}""")]
    public async Task An_http_error_is_tried_again(string body)
    {
        _platform.Answers(body, HttpStatusCode.BadGateway);
        Assert.False((await RefusedAsync()).IsFatal);
    }

    [Fact]
    public async Task No_answer_within_fifteen_seconds_is_a_failure()
    {
        _platform.Hangs();
        var asking = AskAsync();
        await _clock.SomeoneWaitsForAsync(15);
        _clock.AdvanceSeconds(15);
        Assert.Equal(DisconnectKind.NetworkFailed, Assert.IsType<EndpointOutcome.Refused>(await asking.Soon()).Reason.Kind);
    }

    [Fact]
    public async Task A_body_that_stalls_is_given_up_too()
    {
        _platform.Stalls();
        var asking = AskAsync();
        await _clock.SomeoneWaitsForAsync(15);
        _clock.AdvanceSeconds(15);
        Assert.Contains("did not answer in time", Assert.IsType<EndpointOutcome.Refused>(await asking.Soon()).Reason.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_heeds_no_token_is_given_up_too()
    {
        _platform.Ignores();
        var asking = AskAsync();
        await _clock.SomeoneWaitsForAsync(15);
        _clock.AdvanceSeconds(15);
        Assert.Equal(DisconnectKind.NetworkFailed, Assert.IsType<EndpointOutcome.Refused>(await asking.Soon()).Reason.Kind);
    }

    [Fact]
    public async Task A_platform_that_cannot_be_reached_is_named()
    {
        _platform.Breaks();
        Assert.Contains("open.feishu.cn", (await RefusedAsync()).Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partial_client_configuration_is_counted_and_does_no_harm()
    {
        _platform.Answers("""{"code":0,"data":{"URL":"wss://h/ws?device_id=1&service_id=2","ClientConfig":{"PingInterval":"soon"}}}""");
        var address = Assert.IsType<EndpointOutcome.Granted>(await AskAsync()).Address;
        Assert.Null(address.Config.PingInterval);
        Assert.Equal(3, _meters.Sum("lark_service.websocket.config.ignored", ("reason", "missing"), ("app_id", Some.AppId)));
        Assert.Equal(1, _meters.Sum("lark_service.websocket.config.ignored", ("reason", "absurd"), ("app_id", Some.AppId)));
    }

    [Fact]
    public async Task Every_refusal_of_the_fixtures_is_understood()
    {
        foreach (var answer in Fixture.Json("ws-endpoint-errors").GetProperty("responses").EnumerateArray())
        {
            _platform.Answers(answer.GetProperty("body").GetRawText());
            var reason = await RefusedAsync();
            Assert.Equal(answer.GetProperty("retryable_go_python").GetBoolean(), !reason.IsFatal && !reason.StandsBy);
        }
    }

    private Task<EndpointOutcome> AskAsync() => _endpoint.AskAsync(Some.Apps().Default, TestContext.Current.CancellationToken);

    private async Task<Disconnect> RefusedAsync() => Assert.IsType<EndpointOutcome.Refused>(await AskAsync()).Reason;
}
