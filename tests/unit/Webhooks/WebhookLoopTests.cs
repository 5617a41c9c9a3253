using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LarkService.UnitTests.Support;
using LarkService.Webhooks;

namespace LarkService.UnitTests.Webhooks;

public sealed class WebhookLoopTests : IDisposable
{
    private readonly WebhookScene _scene = new();
    private readonly ListLogger<WebhookLoop> _log = new();

    [Fact]
    public async Task A_notice_is_posted_with_its_name_a_stable_id_and_a_signature_over_time_and_body()
    {
        await using var running = await StartAsync();
        await _scene.AddAsync("a");
        await Until.TrueAsync(async () => (await _scene.RowsAsync()) is [{ State: DeliveryState.Delivered }]);

        var row = Assert.Single(await _scene.RowsAsync());
        var post = Assert.Single(_scene.Receivers.Posts);
        Assert.Equal((WebhookScene.One, "application/json; charset=utf-8"), (post.Url, post.ContentType));
        Assert.Equal((WebhookEvents.Declined, row.Id), (post.Headers[WebhookClient.EventHeader], post.Headers[WebhookClient.DeliveryHeader]));
        var time = _scene.Clock.GetUtcNow().ToUnixTimeSeconds();
        using var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(WebhookScene.Secret));
        Assert.Equal($"t={time},v1={Convert.ToHexString(hmac.ComputeHash(Encoding.UTF8.GetBytes($"{time}.{post.Body}"))).ToLowerInvariant()}", post.Headers[WebhookClient.SignatureHeader]);
        var body = JsonElement.Parse(post.Body);
        Assert.Equal(["id", "type", "createdAt", "appId", "openId", "sessionId", "data"], body.EnumerateObject().Select(p => p.Name));
        Assert.Equal((row.NoticeId, WebhookEvents.Declined, Some.AppId), (body.GetProperty("id").GetString(), body.GetProperty("type").GetString(), body.GetProperty("appId").GetString()));
        Assert.Equal("说", body.GetProperty("data").GetProperty("words").GetString());
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task What_a_target_answers_is_not_read_however_much_it_is()
    {
        using var endless = new Endless();
        var clients = new Answering(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(endless) });
        await _scene.AddAsync("a");
        var delivery = Assert.Single(await _scene.RowsAsync());

        Assert.Null(await new WebhookClient(clients, _scene.Clock).PostAsync(_scene.Targets.All[0], delivery, default).Soon());

        Assert.Equal(0, endless.Reads);
    }

    [Fact]
    public async Task One_that_fails_comes_again_under_the_same_id_with_a_new_time()
    {
        var answers = new Queue<HttpStatusCode>([HttpStatusCode.InternalServerError, HttpStatusCode.OK]);
        _scene.Receivers.Answer = (_, _) => Task.FromResult(answers.Dequeue());
        await using var running = await StartAsync();
        await _scene.AddAsync("a");
        await Until.TrueAsync(async () => (await _scene.RowsAsync()) is [{ LastError: "HTTP 500" }]);
        _scene.Clock.AdvanceSeconds(5);
        _scene.Signal.Wake();
        await Until.TrueAsync(async () => (await _scene.RowsAsync()) is [{ State: DeliveryState.Delivered, LastError: null }]);

        var posts = _scene.Receivers.Posts.ToList();
        Assert.Equal(posts[0].Headers[WebhookClient.DeliveryHeader], posts[1].Headers[WebhookClient.DeliveryHeader]);
        Assert.Equal(posts[0].Body, posts[1].Body);
        Assert.NotEqual(posts[0].Headers[WebhookClient.SignatureHeader], posts[1].Headers[WebhookClient.SignatureHeader]);
        await Until.TrueAsync(() => _log.Lines.Count == 2); // that it began to fail, and that it goes on
        Assert.DoesNotContain(_log.Lines, line => line.Contains(WebhookScene.Secret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(HttpStatusCode.Found, "HTTP 302")]
    [InlineData(HttpStatusCode.NotModified, "HTTP 304")]
    [InlineData(HttpStatusCode.Gone, "HTTP 410")]
    public async Task Only_a_2xx_counts(HttpStatusCode status, string error)
    {
        _scene.Receivers.Answer = (_, _) => Task.FromResult(status);
        await using var running = await StartAsync();
        await _scene.AddAsync("a");

        await Until.TrueAsync(async () => (await _scene.RowsAsync())[0].LastError == error);
    }

    [Fact]
    public async Task A_target_that_is_silent_is_waited_for_ten_seconds()
    {
        _scene.Receivers.Answer = SilentAsync;
        await using var running = await StartAsync();
        await _scene.AddAsync("a");
        await _scene.Clock.SomeoneWaitsForAsync(10);

        _scene.Clock.AdvanceSeconds(10);
        await Until.TrueAsync(async () => (await _scene.RowsAsync()) is [{ LastError: "no answer within 10 s", Attempts: 1 }]);
    }

    [Fact]
    public async Task A_target_that_cannot_be_reached_is_a_failure_in_one_word()
    {
        _scene.Receivers.Answer = (_, _) => throw new HttpRequestException(HttpRequestError.SecureConnectionError, "with details nobody needs");
        await using var running = await StartAsync();
        await _scene.AddAsync("a");

        await Until.TrueAsync(async () => (await _scene.RowsAsync()) is [{ LastError: nameof(HttpRequestError.SecureConnectionError) }]);
    }

    [Fact]
    public async Task A_dead_target_holds_up_no_other()
    {
        // Given a target that is silent, and more for it than it has places
        _scene.Receivers.Answer = (post, ct) => post.Url == WebhookScene.One ? SilentAsync(post, ct) : Task.FromResult(HttpStatusCode.OK);
        await using var running = await StartAsync();
        await _scene.AddAsync([.. Enumerable.Range(0, 20).Select(i => _scene.Notice("x", WebhookEvents.Revoked, $"ou_{i}"))]);

        // Then the other one hears all
        await Until.TrueAsync(() => _scene.Receivers.To(WebhookScene.Two).Count() == 20);
        await Until.TrueAsync(() => _scene.Receivers.To(WebhookScene.One).Count() >= 4);
        Assert.Equal(4, _scene.Receivers.To(WebhookScene.One).Count());
    }

    [Fact]
    public async Task Two_processes_send_each_notice_once()
    {
        using var signal = new WebhookSignal();
        await using var one = await StartAsync(_scene.Loop(_log, _scene.QueueOfReplica(_scene.Signal)));
        await using var other = await StartAsync(_scene.Loop(_log, _scene.QueueOfReplica(signal), signal));
        for (var i = 0; i < 30; i++)
        {
            await _scene.AddAsync(_scene.Notice("x", openId: $"ou_{i}"));
            signal.Wake();
        }

        await Until.TrueAsync(async () => (await _scene.RowsAsync()).TrueForAll(r => r.State == DeliveryState.Delivered));
        Assert.Equal(30, _scene.Receivers.Posts.Count);
    }

    [Fact]
    public async Task What_is_in_hand_when_the_host_stops_is_due_at_once_and_the_try_does_not_count()
    {
        _scene.Receivers.Answer = SilentAsync;
        var running = await StartAsync();
        await _scene.AddAsync("a");
        await Until.TrueAsync(() => _scene.Receivers.Posts.Count == 1);
        await running.DisposeAsync();

        var row = Assert.Single(await _scene.RowsAsync());
        Assert.Equal((DeliveryState.Pending, 0, null, _scene.Clock.GetUtcNow()), (row.State, row.Attempts, row.LeaseOwner, row.DueAt));
    }

    [Fact]
    public async Task Without_targets_there_is_nothing_to_do()
    {
        using var loop = new WebhookLoop(new(LarkService.UnitTests.Platform.Settings.Of()), _scene.Queue, new(_scene.Receivers, _scene.Clock), _scene.Signal, _scene.Clock, _log);
        await loop.StartAsync(default);

        await loop.ExecuteTask!.Soon();
    }

    public void Dispose() => _scene.Dispose();

    private static async Task<HttpStatusCode> SilentAsync(Receivers.Post post, CancellationToken ct)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, ct);
        return HttpStatusCode.OK;
    }

    private async Task<Running> StartAsync(WebhookLoop? loop = null)
    {
        var running = new Running(loop ?? _scene.Loop(_log));
        await running.Loop.StartAsync(default);
        return running;
    }

    private sealed record Running(WebhookLoop Loop) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Loop.StopAsync(default).Soon();
            Loop.Dispose();
        }
    }

    private sealed class Answering(Func<HttpResponseMessage> answer) : HttpMessageHandler, IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer());
    }

    private sealed class Endless : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get; set; }

        public long Reads { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Reads++;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
