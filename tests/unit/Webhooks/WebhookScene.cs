using System.Collections.Concurrent;
using System.Net;
using LarkService.Data;
using LarkService.UnitTests.Data;
using LarkService.UnitTests.Platform;
using LarkService.UnitTests.Support;
using LarkService.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Webhooks;

/// <summary>Two targets, <c>/one</c> and <c>/two</c>, of which the second wants revocations only; a database; a clock that waits to be told.</summary>
internal sealed class WebhookScene : IDisposable
{
    public const string One = "https://host.example/one";
    public const string Two = "https://host.example/two";
    public const string Secret = "0123456789abcdef0123456789abcdef";
    private readonly TemporaryDatabase _file = TemporaryDatabase.WithTables();

    public WebhookScene() => Queue = QueueOf(new LeaseOwner());

    public ManualTime Clock { get; } = new();

    public Database Database => _file.Database;

    public Receivers Receivers { get; } = new();

    public WebhookSignal Signal { get; } = new();

    public WebhookTargets Targets { get; } = new(Settings.Of(
        ("Webhooks__0__Url", One), ("Webhooks__0__Secret", Secret),
        ("Webhooks__1__Url", Two), ("Webhooks__1__Secret", Secret), ("Webhooks__1__Events__0", WebhookEvents.Revoked)));

    public WebhookQueue Queue { get; }

    /// <summary>Another process on the same database.</summary>
    public WebhookQueue QueueOf(LeaseOwner owner) => new(Targets, Database, owner, Signal, Clock);

    /// <summary>One of several replicas: none of them takes what another has in hand, as the one process on SQLite does when it starts.</summary>
    public WebhookQueue QueueOfReplica(WebhookSignal signal) =>
        new(Targets, new Database(DatabaseProvider.Postgres, _file.Database.Open), new LeaseOwner(), signal, Clock);

    public WebhookLoop Loop(ListLogger<WebhookLoop> log, WebhookQueue? queue = null, WebhookSignal? signal = null) =>
        new(Targets, queue ?? Queue, new WebhookClient(Receivers, Clock), signal ?? Signal, Clock, log);

    public WebhookNotice Notice(string occasion, string type = WebhookEvents.Declined, string? openId = null) =>
        new(type, Some.AppId, openId ?? Some.User.OpenId, occasion, Clock.GetUtcNow()) { SessionId = "s1", Data = new { Words = "说" } };

    public Task AddAsync(params string[] occasions) => AddAsync([.. occasions.Select(o => Notice(o))]);

    public async Task AddAsync(params WebhookNotice[] notices)
    {
        foreach (var notice in notices)
        {
            await Queue.AddAsync(notice, default);
        }
    }

    public Task<List<WebhookDelivery>> RowsAsync() => Database.RunAsync(db => db.Set<WebhookDelivery>().AsNoTracking().OrderBy(d => d.Number).ToListAsync());

    public void Dispose()
    {
        Receivers.Dispose();
        Signal.Dispose();
        _file.Dispose();
    }
}

/// <summary>Those who are told: what they answer is scripted, what came is kept.</summary>
internal sealed class Receivers : HttpMessageHandler, IHttpClientFactory
{
    public ConcurrentQueue<Post> Posts { get; } = new();

    /// <summary>The status, once the task is through.</summary>
    public Func<Post, CancellationToken, Task<HttpStatusCode>> Answer { get; set; } = (_, _) => Task.FromResult(HttpStatusCode.NoContent);

    public IEnumerable<Post> To(string url) => Posts.Where(p => p.Url == url);

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var post = new Post(
            request.RequestUri!.AbsoluteUri, await request.Content!.ReadAsStringAsync(cancellationToken), request.Headers.ToDictionary(h => h.Key, h => string.Join(',', h.Value)), request.Content.Headers.ContentType!.ToString());
        Posts.Enqueue(post);
        return new HttpResponseMessage(await Answer(post, cancellationToken));
    }

    internal sealed record Post(string Url, string Body, IReadOnlyDictionary<string, string> Headers, string ContentType);
}
