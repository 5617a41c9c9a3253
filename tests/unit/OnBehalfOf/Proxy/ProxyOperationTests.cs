using System.Net;
using System.Security.Claims;
using LarkService.Data.Audit;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.OnBehalfOf.Proxy;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using LarkService.Platform.Registry;
using LarkService.UnitTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.OnBehalfOf.Proxy;

/// <summary>A call of the proxy made in one piece, and the answers that are none.</summary>
public sealed class ProxyOperationTests : IDisposable
{
    private const string Api = "/open-apis/im/v1/messages";
    private static readonly ApiRegistry Apis = ApiRegistry.Load();
    private readonly Scene _scene = new();
    private readonly ProxyClient _client;
    private readonly ProxyOperation _operation;

    public ProxyOperationTests()
    {
        _client = new ProxyClient(_scene.Platform);
        var sender = new ProxySender(_scene.Tokens, _scene.Apps, _client, _scene.SetupAlerts, new KnownApis(Apis, _scene.Clock), _scene.Clock);
        var audit = new CallAudit(new AuditLog(_scene.Database, _scene.Clock), _scene.Clock, NullLogger<CallAudit>.Instance);
        _operation = new ProxyOperation(sender, _scene.Apps, Apis, new CallMetrics(_scene.Meters), audit, _scene.Clock);
    }

    [Fact]
    public async Task An_answer_of_more_than_4_MB_is_too_large()
    {
        await AnswersAsync(() => new ByteArrayContent(new byte[OperationRun.MostAnswerBytes + 1]));

        Assert.True((await Assert.ThrowsAsync<HttpRequestException>(() => RunAsync())).IsTooLarge());
    }

    [Fact]
    public async Task A_platform_that_falls_silent_in_its_answer_is_broken_transport()
    {
        await AnswersAsync(() => new StreamContent(new Silent()));

        var running = RunAsync();
        await Until.TrueAsync(() => _scene.Platform.To(Api).Count == 1);
        await _scene.Clock.SomeoneWaitsForAsync(100);
        _scene.Clock.Advance(Patience.Limit);

        Assert.False((await Assert.ThrowsAsync<HttpRequestException>(() => running.Soon())).WasNeverSent());
    }

    [Fact]
    public async Task A_limit_is_told_as_one()
    {
        await _scene.GrantAsync();
        _scene.Platform.Answer(Api, 400, """{"code":99991400}""");

        Assert.True((await Assert.ThrowsAsync<PlatformException>(() => RunAsync())).Error.IsRateLimit);
        Assert.Equal(1, _scene.Meters.Sum("lark_service.api.calls", ("outcome", "rate_limited")));
    }

    public void Dispose() => _scene.Dispose(); // the client's handler is the scene's platform

    private async Task AnswersAsync(Func<HttpContent> content)
    {
        await _scene.GrantAsync();
        _scene.Platform.When(Api, (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content() }));
    }

    private Task<OperationAnswer> RunAsync()
    {
        var call = new ProxyRequest(new CallTarget(_scene.Apps.Default, Some.User, ScopeSet.Empty), HttpMethod.Post, new ProxyPath(Api, ""), Apis.Find("POST", Api));
        var http = new DefaultHttpContext { User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "caller-1")], "test")) };
        var operation = ProxyOperation.Of(call, new ConsentGap(ConsentReason.NotGranted, ScopeSet.Empty), "{}"u8.ToArray(), http);
        return _operation.RunAsync(Some.User, operation.Payload, default);
    }

    private sealed class Silent : MemoryStream
    {
        private bool _hasSpoken;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_hasSpoken)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            _hasSpoken = true;
            buffer.Span[0] = (byte)'x';
            return 1;
        }
    }
}
