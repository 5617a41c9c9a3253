using System.Globalization;
using System.Net;
using LarkService.Accounts.Keys;
using LarkService.Accounts.Limits;
using LarkService.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.IntegrationTests.Callers;

/// <summary>Who calls too often is held back, by quota and by address, by all replicas together.</summary>
public sealed class LimitTests
{
    private const string Open = "/api/v1/nothing"; // asks for no key
    private const string Grants = "/api/v1/grants";

    [Fact]
    public async Task One_address_may_make_a_hundred_requests_without_a_key_in_a_quarter_of_an_hour_and_is_told_where_it_stands()
    {
        await using var scene = await CallerScene.StartAsync(Engine.Sqlite, ("Api:AnonymousPerQuarterHour", "100"));
        for (var i = 1; i <= 100; i++)
        {
            using var answer = await GetAsync(scene.Anonymous, Open);
            Assert.NotEqual(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.Equal(("100", (100 - i).ToString(CultureInfo.InvariantCulture), "100;w=900"), (Header(answer, "RateLimit-Limit"), Header(answer, "RateLimit-Remaining"), Header(answer, "RateLimit-Policy")));
        }

        var refused = (await new Api(scene.Anonymous).GetAsync(Open)).MustBeProblem(HttpStatusCode.TooManyRequests, "rate-limited");
        Assert.InRange(refused.RetryAfter!.Value, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(16));

        // Probes, Prometheus, the platform, whoever comes back from the consent page and whoever has a key are not
        foreach (var open in (string[])["/health/live", "/health", "/metrics"])
        {
            using var answer = await GetAsync(scene.Anonymous, open);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("", Header(answer, "RateLimit-Limit"));
        }

        Assert.NotEqual(HttpStatusCode.TooManyRequests, (await new Api(scene.Anonymous).PostAsync($"/callback/lark/{scene.Options.Sandbox.AppId}", new { })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await new Api(scene.Anonymous).GetAsync(CallbackPage)).Status);
        (await scene.Api.GetAsync(Grants)).Must(HttpStatusCode.OK);
        (await scene.As((await scene.NewKeyAsync("grants.read")).Key).GetAsync(Grants)).Must(HttpStatusCode.OK);

        scene.Clock.Advance(refused.RetryAfter.Value);
        using var later = await GetAsync(scene.Anonymous, Open);
        Assert.NotEqual(HttpStatusCode.TooManyRequests, later.StatusCode);
    }

    [Fact]
    public async Task People_behind_one_address_come_back_from_the_consent_page_a_hundred_times_as_often_and_then_get_a_page_in_their_language()
    {
        await using var scene = await CallerScene.StartAsync(Engine.Sqlite, ("Api:AnonymousPerQuarterHour", "1"));
        for (var i = 0; i < 100; i++)
        {
            using var page = await GetAsync(scene.Anonymous, CallbackPage);
            Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        }

        // One too many: a page, and nothing is used up
        var asked = (await scene.Api.AskAsync(scene.Ava)).Must(HttpStatusCode.Created);
        using var browser = new Browser(scene.Ava.OpenId);
        var back = await browser.AllowAndStayAsync((await scene.Ava.AskedAsync()).Link());
        var held = await browser.OpenAsync(back, "zh-CN");
        Assert.Equal((HttpStatusCode.TooManyRequests, "toomany"), (held.Status, held.Result));
        Assert.Contains("请稍候再试", WebUtility.HtmlDecode(held.Html), StringComparison.Ordinal);
        using var refused = await GetAsync(scene.Anonymous, CallbackPage);
        Assert.Equal("text/html", refused.Content.Headers.ContentType!.MediaType);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(16));
        Assert.Equal("pending", await scene.SessionStateAsync(asked["sessionId"]!));
    }

    [Fact]
    public async Task Keys_that_are_made_up_are_looked_for_a_bounded_number_of_times_even_at_routes_that_are_free()
    {
        await using var scene = await CallerScene.StartAsync(Engine.Sqlite, ("Api:AnonymousPerQuarterHour", "10"));
        var (used, unused) = ((await scene.NewKeyAsync("grants.read")).Key, (await scene.NewKeyAsync("grants.read")).Key);
        (await scene.As(used).GetAsync(Grants)).Must(HttpStatusCode.OK);
        for (var i = 0; i < 15; i++)
        {
            (await scene.As(ApiKeyText.Create().Key).GetAsync("/health/live")).Must(HttpStatusCode.OK);
        }

        // Of what this address brings one key a second is looked for from now on; what memory knows is not held back
        var refused = await Eventually.FindAsync("a made-up key that is not looked for", async () => await scene.As(ApiKeyText.Create().Key).GetAsync(Grants) is { Status: HttpStatusCode.TooManyRequests } held ? held : null);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.MustBeProblem(HttpStatusCode.TooManyRequests, "rate-limited").RetryAfter);
        (await scene.As(used).GetAsync(Grants)).Must(HttpStatusCode.OK);
        (await scene.Api.GetAsync(Grants)).Must(HttpStatusCode.OK);
        await Eventually.TrueAsync("a good key being looked for", async () => (await scene.As(unused).GetAsync(Grants)).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whoever_tries_keys_is_held_back_and_nobody_who_opens_a_page_with_them()
    {
        await using var scene = await CallerScene.StartAsync(Engine.Sqlite, ("Api:AnonymousPerQuarterHour", "10"));
        for (var i = 0; i < 10; i++)
        {
            (await scene.As("guess-" + i).GetAsync(Grants)).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        }

        (await scene.As("guess-10").GetAsync(Grants)).MustBeProblem(HttpStatusCode.TooManyRequests, "rate-limited");
        using var open = await GetAsync(scene.Anonymous, Open);
        Assert.NotEqual(HttpStatusCode.TooManyRequests, open.StatusCode);
        (await scene.Api.GetAsync(Grants)).Must(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_key_has_its_own_quota_and_one_without_has_what_is_configured()
    {
        await using var scene = await CallerScene.StartAsync(Engine.Sqlite, ("Api:RequestsPerMinute", "7"));
        var made = (await scene.Api.PostAsync("/api/v1/api-keys", new { name = "small", permissions = new[] { "grants.read" }, quota = 3 })).Must(HttpStatusCode.Created);
        foreach (var (key, quota) in ((string, int)[])[(made["key"]!, 3), ((await scene.NewKeyAsync("grants.read")).Key, 7)])
        {
            var api = scene.As(key);
            for (var i = 0; i < quota; i++)
            {
                (await api.GetAsync(Grants)).Must(HttpStatusCode.OK);
            }

            var refused = (await api.GetAsync(Grants)).MustBeProblem(HttpStatusCode.TooManyRequests, "rate-limited");
            Assert.Contains($"{quota} requests a minute", refused["detail"], StringComparison.Ordinal);
            scene.Clock.Advance(refused.RetryAfter!.Value);
            (await api.GetAsync(Grants)).Must(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task What_a_caller_says_of_its_own_address_counts_for_nothing_unless_a_trusted_proxy_says_it()
    {
        await using var plain = await CallerScene.StartAsync(Engine.Sqlite, ("Api:AnonymousPerQuarterHour", "3"));
        for (var i = 0; i < 3; i++)
        {
            using var answer = await FromAsync(plain, $"192.0.2.{i}");
            Assert.NotEqual(HttpStatusCode.TooManyRequests, answer.StatusCode);
        }

        using var fourth = await FromAsync(plain, "192.0.2.4");
        Assert.Equal(HttpStatusCode.TooManyRequests, fourth.StatusCode);
        Assert.Single(plain.AllOutput, line => line.Contains("Api__TrustedProxies__0", StringComparison.Ordinal));

        await using var behind = await CallerScene.StartAsync(Engine.Sqlite, ("Api:AnonymousPerQuarterHour", "3"), ("Api:TrustedProxies:0", "127.0.0.0/8"));
        for (var i = 0; i < 5; i++)
        {
            using var answer = await FromAsync(behind, $"10.9.9.9, 192.0.2.{i}"); // what comes before the proxy's own word is the caller's
            Assert.NotEqual(HttpStatusCode.TooManyRequests, answer.StatusCode);
        }

        for (var i = 0; i < 3; i++)
        {
            using var answer = await FromAsync(behind, $"2001:db8:1:2::{i}");
            Assert.NotEqual(HttpStatusCode.TooManyRequests, answer.StatusCode);
        }

        using var neighbour = await FromAsync(behind, "2001:db8:1:2:ffff::1");
        Assert.Equal(HttpStatusCode.TooManyRequests, neighbour.StatusCode);

        // Through two proxies the last address that is no proxy's counts, whatever is written before it
        for (var i = 0; i < 4; i++)
        {
            using var answer = await FromAsync(behind, $"10.9.9.{i}, 198.51.100.7, 127.0.0.9");
            Assert.Equal(i == 3, answer.StatusCode == HttpStatusCode.TooManyRequests);
        }
    }

    [Fact]
    public async Task Two_replicas_together_let_through_the_limit_and_what_they_had_not_told_each_other_yet()
    {
        const int limit = 60;
        var (scene, other, url) = await CallerScene.StartTwoAsync(("Api:AnonymousPerQuarterHour", limit.ToString(CultureInfo.InvariantCulture)));
        await using var both = scene;
        await using var second = other;
        using var there = CallerScene.Client(url, null);
        HttpClient[] replicas = [scene.Anonymous, there];

        // Given twenty at each, and a moment in which they tell each other
        var free = 0;
        for (var i = 0; i < 40; i++)
        {
            free += await IsFreeAsync(replicas[i % 2]) ? 1 : 0;
        }

        await Eventually.TrueAsync("both having told", async () => Convert.ToInt64(await scene.Database.ScalarAsync("SELECT coalesce(sum(calls), 0) FROM request_counts"), CultureInfo.InvariantCulture) >= 40);
        foreach (var replica in replicas)
        {
            free += await IsFreeAsync(replica) ? 1 : 0; // makes the replica ask the others once more
        }

        RequestCounts[] counts = [scene.Inside<RequestCounts>(), other.Services.GetRequiredService<RequestCounts>()];
        var here = LimitKey.Of(LimitKind.Open, IPAddress.Loopback);
        await Eventually.TrueAsync("both having heard", () => counts.All(c => c.Look(here, LimitRule.PerQuarterHour(limit)).Left <= limit - 41));

        // When both are asked as often as they can
        for (var i = 0; i < 200; i++)
        {
            free += await IsFreeAsync(replicas[i % 2]) ? 1 : 0;
        }

        // Then nobody got much further: at most what was left when the rush began, once more
        Assert.InRange(free, limit, limit + 20);
        await Eventually.TrueAsync("neither letting anybody through", async () => !await IsFreeAsync(replicas[0]) && !await IsFreeAsync(replicas[1]));
    }

    private static async Task<bool> IsFreeAsync(HttpClient client)
    {
        using var answer = await GetAsync(client, Open);
        return answer.StatusCode != HttpStatusCode.TooManyRequests;
    }

    private static async Task<HttpResponseMessage> FromAsync(Scene scene, string forwardedFor)
    {
        using var client = CallerScene.Client(scene.Url, null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-For", forwardedFor);
        return await GetAsync(client, Open);
    }

    private static string CallbackPage => $"/oauth/callback?state={new string('x', 43)}&code=none";

    private static Task<HttpResponseMessage> GetAsync(HttpClient client, string path) => client.GetAsync(new Uri(path, UriKind.Relative));

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";
}
