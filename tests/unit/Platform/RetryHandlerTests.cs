using System.Net;
using LarkService.Platform.OpenApi;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Platform;

public sealed class RetryHandlerTests
{
    private static readonly Uri Url = new("https://open.example/open-apis/x");
    private readonly ManualTime _clock = new();
    private readonly ScriptedHttp _network = new();

    [Fact]
    public async Task A_read_is_repeated_until_it_succeeds()
    {
        _network.Then(ScriptedHttp.Status(HttpStatusCode.BadGateway)).Then(new HttpRequestException("reset")).Then(ScriptedHttp.Status(HttpStatusCode.ServiceUnavailable));

        var response = await PassTimeAsync(Send(HttpMethod.Get));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(4, _network.Requests.Count);
    }

    [Fact]
    public async Task A_read_is_given_up_after_four_tries()
    {
        for (var i = 0; i < 4; i++)
        {
            _network.Then(ScriptedHttp.Status(HttpStatusCode.GatewayTimeout));
        }

        Assert.Equal(HttpStatusCode.GatewayTimeout, (await PassTimeAsync(Send(HttpMethod.Get))).StatusCode);
        Assert.Equal(4, _network.Requests.Count);
    }

    [Fact]
    public async Task A_write_is_sent_once()
    {
        _network.Then(ScriptedHttp.Status(HttpStatusCode.BadGateway));

        Assert.Equal(HttpStatusCode.BadGateway, (await Send(HttpMethod.Post)).StatusCode);
        Assert.Single(_network.Requests);
    }

    [Fact]
    public async Task A_write_whose_connection_broke_is_not_repeated()
    {
        _network.Then(new HttpRequestException("reset"));

        await Assert.ThrowsAsync<HttpRequestException>(() => Send(HttpMethod.Post));
        Assert.Single(_network.Requests);
    }

    [Fact]
    public async Task A_write_marked_as_safe_is_repeated_with_its_body()
    {
        _network.Then(ScriptedHttp.Status(HttpStatusCode.BadGateway));

        await PassTimeAsync(Send(HttpMethod.Post, r => r.MarkSafeToRepeat().Content = new StringContent("body")));

        Assert.Equal(["body", "body"], _network.Requests.Select(r => r.Body));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task An_answer_that_waiting_does_not_cure_is_not_repeated(HttpStatusCode status)
    {
        _network.Then(ScriptedHttp.Status(status));

        Assert.Equal(status, (await Send(HttpMethod.Get)).StatusCode);
        Assert.Single(_network.Requests);
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("1", 1)]
    [InlineData("1.5", 1.5)]
    public async Task A_short_rate_limit_is_waited_out(string reset, double seconds)
    {
        _network.Then(ScriptedHttp.Status(HttpStatusCode.TooManyRequests, reset));

        var sending = Send(HttpMethod.Get);
        _clock.Advance(TimeSpan.FromSeconds(seconds - 0.01));
        Assert.Single(_network.Requests);
        _clock.Advance(TimeSpan.FromSeconds(0.01));

        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, "3")]
    [InlineData(HttpStatusCode.TooManyRequests, "52")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "52")]
    public async Task A_long_rate_limit_is_left_to_the_caller(HttpStatusCode status, string reset)
    {
        _network.Then(ScriptedHttp.Status(status, reset));

        Assert.Equal(status, (await Send(HttpMethod.Get)).StatusCode);
        Assert.Single(_network.Requests);
    }

    [Fact]
    public async Task A_rate_limit_that_names_no_time_is_repeated_after_a_moment()
    {
        _network.Then(ScriptedHttp.Status(HttpStatusCode.TooManyRequests));

        Assert.Equal(HttpStatusCode.OK, (await PassTimeAsync(Send(HttpMethod.Get))).StatusCode);
    }

    [Fact]
    public async Task A_try_without_an_answer_ends_after_15_seconds_as_a_broken_connection()
    {
        _network.Then(NeverAsync);

        var sending = Send(HttpMethod.Post);
        _clock.Advance(TimeSpan.FromSeconds(14.9));
        Assert.False(sending.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        await Assert.ThrowsAsync<HttpRequestException>(() => sending);
        Assert.Single(_network.Requests);
    }

    [Fact]
    public async Task What_takes_long_has_100_seconds_and_one_try()
    {
        _network.Then(NeverAsync);

        var sending = Send(HttpMethod.Post, r => r.MarkLong());
        _clock.Advance(TimeSpan.FromSeconds(99.9));
        Assert.False(sending.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        await Assert.ThrowsAsync<HttpRequestException>(() => sending);
        Assert.Single(_network.Requests);
    }

    [Fact]
    public async Task A_read_without_an_answer_is_repeated()
    {
        _network.Then(NeverAsync);

        Assert.Equal(HttpStatusCode.OK, (await PassTimeAsync(Send(HttpMethod.Get))).StatusCode);
        Assert.Equal(2, _network.Requests.Count);
    }

    [Fact]
    public async Task A_connection_that_does_not_come_about_in_time_is_broken_transport_and_nothing_was_sent()
    {
        _network.Then(NoConnection()).Then(NoConnection());

        Assert.Equal(HttpRequestError.ConnectionError, (await Assert.ThrowsAsync<HttpRequestException>(() => Send(HttpMethod.Post))).HttpRequestError);
        Assert.Single(_network.Requests);
        Assert.Equal(HttpStatusCode.OK, (await PassTimeAsync(Send(HttpMethod.Get))).StatusCode); // a read is made again
        Assert.Equal(3, _network.Requests.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_is_too_large_is_not_fetched_again(bool announced)
    {
        _network.Then(new HttpResponseMessage(HttpStatusCode.OK) { Content = announced ? new ByteArrayContent(new byte[PlatformAnswer.MaxBytes + 1]) : new Unannounced() });

        Assert.Equal(HttpRequestError.ConfigurationLimitExceeded, (await Assert.ThrowsAsync<HttpRequestException>(() => Send(HttpMethod.Get))).HttpRequestError);
        Assert.Single(_network.Requests);
    }

    [Fact]
    public async Task A_caller_who_gives_up_ends_the_tries()
    {
        using var patience = new CancellationTokenSource();
        _network.Then(NeverAsync);

        var sending = Send(HttpMethod.Get, ct: patience.Token);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Single(_network.Requests);
    }

    private static TaskCanceledException NoConnection() => new("The operation was canceled.", new TimeoutException("A connection could not be established within 10 s."));

    private sealed class Unannounced : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(new byte[PlatformAnswer.MaxBytes + 1]).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private static async Task<HttpResponseMessage> NeverAsync(CancellationToken ct)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, ct);
        throw new InvalidOperationException();
    }

    private async Task<HttpResponseMessage> Send(HttpMethod method, Action<HttpRequestMessage>? prepare = null, CancellationToken ct = default)
    {
        using var client = new HttpClient(new RetryHandler(_clock) { InnerHandler = _network }) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(method, Url);
        prepare?.Invoke(request);
        return await client.SendAsync(request, ct);
    }

    /// <summary>Lets every pause pass until the call has ended.</summary>
    private async Task<HttpResponseMessage> PassTimeAsync(Task<HttpResponseMessage> sending)
    {
        while (await Task.WhenAny(sending, _clock.SomeoneWaitsAsync()) != sending)
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        return await sending;
    }
}
