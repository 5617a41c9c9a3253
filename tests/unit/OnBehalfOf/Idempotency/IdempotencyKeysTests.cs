using System.Security.Claims;
using System.Text;
using System.Text.Json.Nodes;
using LarkService.Data;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Idempotency;
using LarkService.Platform.Http;
using LarkService.UnitTests.Data;
using LarkService.UnitTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.OnBehalfOf.Idempotency;

/// <summary>The same key gets the same answer, and the work is done once.</summary>
public sealed class IdempotencyKeysTests : IDisposable
{
    private const string Path = "/api/v1/things";
    private readonly TemporaryDatabase _file = TemporaryDatabase.WithTables();
    private readonly ManualTime _clock = new();
    private readonly StoppableHost _host = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().BuildServiceProvider();
    private readonly IdempotencyKeys _keys;
    private int _done;
    private Func<HttpContext, Task> _work;

    public IdempotencyKeysTests()
    {
        _keys = Keys();
        _work = async http =>
        {
            Interlocked.Increment(ref _done);
            http.Response.StatusCode = 201;
            http.Response.Headers.Location = "/api/v1/things/1";
            await http.Response.WriteAsJsonAsync(new { number = _done, said = await new StreamReader(http.Request.Body).ReadToEndAsync() });
        };
    }

    [Fact]
    public async Task The_first_answer_is_given_again_with_its_status_headers_and_body()
    {
        var first = await SendAsync("k1", "a body");
        var again = await SendAsync("k1", "a body");

        Assert.Equal((201, """{"number":1,"said":"a body"}""", "/api/v1/things/1", null), (first.Status, first.Text, first.Location, first.Replayed));
        Assert.Equal((201, first.Text, first.Location, "true"), (again.Status, again.Text, again.Location, again.Replayed));
        Assert.Equal("application/json; charset=utf-8", again.Http.Response.ContentType);
        Assert.Equal(1, _done);
        Assert.DoesNotContain("a body", (await RowAsync()).SealedAnswer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", Path, "k2", "a body", "caller-1", null)]
    [InlineData("PATCH", Path, "k1", "a body", "caller-1", null)]
    [InlineData("POST", "/api/v1/others", "k1", "a body", "caller-1", null)]
    [InlineData("POST", Path, "k1", "a body", "caller-2", null)]
    public async Task A_key_belongs_to_its_caller_method_and_path(string method, string path, string key, string body, string caller, string? openId)
    {
        await SendAsync("k1", "a body");

        Assert.Null((await SendAsync(key, body, method, path, caller, openId)).Replayed);
        Assert.Equal(2, _done);
    }

    [Theory]
    [InlineData("another body", null, "")]
    [InlineData("a body", "ou_2", "")]
    [InlineData("a body", null, "?x=1")]
    public async Task The_same_key_for_another_request_is_a_conflict(string body, string? openId, string query)
    {
        await SendAsync("k1", "a body");

        (await SendAsync("k1", body, openId: openId, query: query)).MustBe(409, "idempotency-conflict", "used for another request");
        Assert.Equal(1, _done);
    }

    [Fact]
    public async Task While_the_first_is_in_work_others_are_told_so_and_its_lease_is_renewed()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var work = _work;
        _work = async http =>
        {
            await goOn.Task;
            await work(http);
        };
        var first = SendAsync("k1", "a body");
        for (var seconds = 0; seconds < 120; seconds += 20)
        {
            await _clock.SomeoneWaitsForAsync(20);
            _clock.AdvanceSeconds(20);
            var until = _clock.GetUtcNow() + KeyedRequests.Lease;
            await Until.TrueAsync(async () => (await RowAsync()).LeaseUntil == until);
        }

        var second = await SendAsync("k1", "a body");
        second.MustBe(409, "idempotency-conflict", "still in work");
        Assert.Equal("1", second.Http.Response.Headers.RetryAfter.ToString());
        goOn.SetResult();
        Assert.Equal(201, (await first.Soon()).Status);
        Assert.Equal("true", (await SendAsync("k1", "a body")).Replayed);
        Assert.Equal(1, _done);
    }

    [Fact]
    public async Task What_a_process_was_at_when_it_died_is_unknown_and_not_done_again()
    {
        await SendAsync("k1", "a body");
        await _file.Database.RunAsync(db => db.Set<KeyedRequest>().ExecuteUpdateAsync(u => u
            .SetProperty(r => r.SealedAnswer, (string?)null).SetProperty(r => r.LeaseOwner, "dead").SetProperty(r => r.LeaseUntil, _clock.GetUtcNow().AddSeconds(30))));

        (await SendAsync("k1", "a body")).MustBe(409, "idempotency-conflict", "not known"); // on SQLite there is no other process
        Assert.Equal(1, _done);
    }

    [Fact]
    public async Task Of_several_processes_one_that_is_silent_for_a_minute_is_taken_for_dead()
    {
        var shared = Keys(new Database(DatabaseProvider.Postgres, _file.Database.Open)); // the name alone: is anybody else there?
        await SendAsync("k1", "a body");
        await _file.Database.RunAsync(db => db.Set<KeyedRequest>().ExecuteUpdateAsync(u => u
            .SetProperty(r => r.SealedAnswer, (string?)null).SetProperty(r => r.LeaseOwner, "another").SetProperty(r => r.LeaseUntil, _clock.GetUtcNow().AddSeconds(60))));

        (await SendAsync("k1", "a body", keys: shared)).MustBe(409, "idempotency-conflict", "still in work");
        _clock.AdvanceSeconds(60);
        (await SendAsync("k1", "a body", keys: shared)).MustBe(409, "idempotency-conflict", "not known");
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(202, true)]
    [InlineData(400, true)]
    [InlineData(404, true)]
    [InlineData(401, false)]
    [InlineData(403, false)]
    [InlineData(409, false)]
    [InlineData(429, false)]
    [InlineData(500, true)] // it may have been done
    [InlineData(502, true)]
    [InlineData(504, true)]
    [InlineData(503, false)]
    public async Task Answers_that_say_try_later_are_not_kept(int status, bool kept)
    {
        _work = http =>
        {
            _done++;
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        await SendAsync("k1", "a body");
        await SendAsync("k1", "a body");

        Assert.Equal(kept ? 1 : 2, _done);
    }

    [Fact]
    public async Task An_answer_that_leaves_the_outcome_unknown_is_kept_whatever_its_status()
    {
        _work = http =>
        {
            _done++;
            Outcomes.MarkUnknown(http);
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await SendAsync("k1", "a body");

        var again = await SendAsync("k1", "a body");
        Assert.Equal((503, "true"), (again.Status, again.Replayed));
        Assert.Equal(1, _done);
    }

    [Fact]
    public async Task A_request_that_breaks_gives_its_key_back_and_one_that_is_broken_off_does_not()
    {
        _work = _ => throw new BadHttpRequestException("no JSON");
        await Assert.ThrowsAsync<BadHttpRequestException>(() => SendAsync("k1", "a body"));
        _work = _ => throw new OperationCanceledException();
        await Assert.ThrowsAsync<OperationCanceledException>(() => SendAsync("k1", "a body"));

        (await SendAsync("k1", "a body")).MustBe(409, "idempotency-conflict", "not known");
    }

    [Fact]
    public async Task Of_a_request_that_fails_in_the_middle_or_is_stopped_nobody_knows_how_far_it_came()
    {
        _work = _ => throw new InvalidOperationException("behind the call");
        await Assert.ThrowsAsync<InvalidOperationException>(() => SendAsync("k1", "a body"));
        (await SendAsync("k1", "a body")).MustBe(409, "idempotency-conflict", "not known");

        _work = http =>
        {
            http.Response.StatusCode = 499;
            return Task.CompletedTask;
        };
        await SendAsync("k2", "a body");
        (await SendAsync("k2", "a body")).MustBe(409, "idempotency-conflict", "not known");
    }

    [Fact]
    public async Task An_answer_is_kept_although_the_database_hiccups_and_given_although_it_cannot_be_kept()
    {
        await RefusingAsync();
        var first = SendAsync("k1", "a body");
        await _clock.SomeoneWaitsForAsync(0.5);
        await _file.Database.RunAsync(db => db.Database.ExecuteSqlRawAsync("DROP TRIGGER refuse"));
        _clock.AdvanceSeconds(0.5);
        Assert.Equal(201, (await first.Soon()).Status);
        Assert.Equal("true", (await SendAsync("k1", "a body")).Replayed);

        await RefusingAsync();
        var second = SendAsync("k2", "a body");
        foreach (var pause in new[] { 0.5, 1, 2 })
        {
            await _clock.SomeoneWaitsForAsync(pause);
            _clock.AdvanceSeconds(pause);
        }

        Assert.Equal((201, """{"number":2,"said":"a body"}"""), ((await second.Soon()).Status, (await second).Text));
        (await SendAsync("k2", "a body")).MustBe(409, "idempotency-conflict", "still in work");
        _clock.Advance(KeyedRequests.Lease);
        (await SendAsync("k2", "a body")).MustBe(409, "idempotency-conflict", "not known");
        Assert.Equal(2, _done);
    }

    [Fact]
    public async Task A_caller_who_hangs_up_finds_the_answer_when_coming_back()
    {
        using var hangsUp = new CancellationTokenSource();
        var work = _work;
        _work = async http =>
        {
            await hangsUp.CancelAsync();
            http.RequestAborted.ThrowIfCancellationRequested();
            await work(http);
        };
        await SendAsync("k1", "a body", aborted: hangsUp.Token);

        var again = await SendAsync("k1", "a body");
        Assert.Equal((201, "true"), (again.Status, again.Replayed));
        Assert.Equal(1, _done);
    }

    [Fact]
    public async Task A_day_later_the_key_is_free_and_the_row_goes()
    {
        await SendAsync("k1", "a body");
        _clock.Advance(TimeSpan.FromHours(24));

        Assert.Null((await SendAsync("k1", "another body")).Replayed);
        Assert.Equal(2, _done);
        _clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(1, await _file.Database.RunAsync(db => new KeyedRequest.Old().RemoveAsync(db, _clock.GetUtcNow(), 10, default)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\u0007b")]
    [InlineData("schlüssel")]
    [InlineData("256")]
    public async Task Odd_keys_are_refused_and_nothing_is_done(string key)
    {
        (await SendAsync(key == "256" ? new string('k', 256) : key, "a body")).MustBe(400, "validation", "Idempotency-Key is given once");

        Assert.Equal(0, _done);
        Assert.Equal(0, await _file.Database.RunAsync(db => db.Set<KeyedRequest>().CountAsync()));
    }

    [Fact]
    public async Task Bodies_too_large_streams_and_routes_with_secrets_are_refused_up_front()
    {
        (await SendAsync("k1", new string('x', KeyedHttp.MostBytes + 1))).MustBe(413, "payload-too-large", "1 MB");
        (await SendAsync("k1", "a body", adjust: http => http.Request.Headers.Accept = "text/event-stream")).MustBe(400, "validation", "stream");
        (await SendAsync("k1", "a body", metadata: NoIdempotencyKey.Here)).MustBe(400, "validation", "secret");

        Assert.Equal(0, _done);
        Assert.Equal(201, (await SendAsync("k1", new string('x', KeyedHttp.MostBytes))).Status);
    }

    [Fact]
    public async Task An_answer_too_large_to_keep_reaches_its_caller_and_is_not_fetched_again()
    {
        var all = Enumerable.Range(0, 3).Select(_ => new byte[600_000]).ToList();
        _work = async http =>
        {
            _done++;
            foreach (var part in all)
            {
                await http.Response.Body.WriteAsync(part);
            }
        };

        Assert.Equal(1_800_000, (await SendAsync("k1", "a body")).Text.Length);
        (await SendAsync("k1", "a body")).MustBe(409, "idempotency-conflict", "not kept");
        Assert.Equal(1, _done);
    }

    [Theory]
    [InlineData("GET", "caller-1")]
    [InlineData("DELETE", "caller-1")]
    [InlineData("POST", null)]
    public async Task Reads_deletions_and_strangers_pass_as_if_without_a_key(string method, string? caller)
    {
        await SendAsync("k1", "a body", method, caller: caller);
        await SendAsync("k1", "another", method, caller: caller);

        Assert.Equal(2, _done);
        Assert.Equal(0, await _file.Database.RunAsync(db => db.Set<KeyedRequest>().CountAsync()));
    }

    public void Dispose()
    {
        _services.Dispose();
        _host.Dispose();
        _file.Dispose();
    }

    // The database takes no end of a request.
    private Task RefusingAsync() => _file.Database.RunAsync(db => db.Database.ExecuteSqlRawAsync(
        "CREATE TRIGGER refuse BEFORE UPDATE ON idempotency_keys WHEN NEW.lease_owner IS NULL BEGIN SELECT RAISE(ABORT, 'not now'); END"));

    private IdempotencyKeys Keys(Database? database = null) =>
        new(new KeyedRequests(database ?? _file.Database, new LeaseOwner(), _clock), Some.Seal(), _host, _clock, NullLogger<IdempotencyKeys>.Instance);

    private async Task<Sent> SendAsync(
        string key, string body, string method = "POST", string path = Path, string? caller = "caller-1", string? openId = null, string query = "",
        Action<HttpContext>? adjust = null, object? metadata = null, IdempotencyKeys? keys = null, CancellationToken aborted = default)
    {
        var http = new DefaultHttpContext { RequestServices = _services, RequestAborted = aborted };
        http.User = new ClaimsPrincipal(caller is null ? new ClaimsIdentity() : new ClaimsIdentity([new Claim(ClaimTypes.Name, caller)], "test"));
        (http.Request.Method, http.Request.Path, http.Request.QueryString, http.Request.Body) = (method, path, new QueryString(query), new MemoryStream(Encoding.UTF8.GetBytes(body)));
        http.Request.Headers[KeyedHttp.Header] = key;
        if (openId is not null)
        {
            http.Request.Headers[CallTarget.OpenIdHeader] = openId;
        }

        using var answer = new MemoryStream();
        http.Response.Body = answer;
        http.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(metadata is null ? [] : [metadata]), "a route"));
        adjust?.Invoke(http);
        await (keys ?? _keys).PassAsync(http, h => _work(h));
        return new Sent(http, Encoding.UTF8.GetString(answer.ToArray()));
    }

    private Task<KeyedRequest> RowAsync() => _file.Database.RunAsync(db => db.Set<KeyedRequest>().AsNoTracking().SingleAsync());

    private sealed record Sent(HttpContext Http, string Text)
    {
        public int Status => Http.Response.StatusCode;

        public string? Location => Http.Response.Headers.Location;

        public string? Replayed => Http.Response.Headers[FirstAnswer.ReplayedHeader];

        public void MustBe(int status, string type, string words)
        {
            Assert.Equal(status, Status);
            var problem = JsonNode.Parse(Text)!;
            Assert.Equal("urn:lark-service:" + type, problem["type"]!.ToString());
            Assert.Contains(words, problem["detail"]!.ToString(), StringComparison.Ordinal);
        }
    }
}
