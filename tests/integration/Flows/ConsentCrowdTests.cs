using System.Collections.Concurrent;
using System.Globalization;
using LarkSandbox.Load;
using LarkSandbox.OAuth;
using LarkService.IntegrationTests.Chaos;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Flows;

/// <summary>
/// Thousands wait, and many finish in the same moment, against the platform's own limits: everybody gets their grant, with one
/// token call each, and no code is lost. A few of them in the suite; <c>bench/consent.sh</c> takes ten thousand.
/// </summary>
public sealed class ConsentCrowdTests
{
    private const string ByCode = "authorization_code";

    [Theory]
    [BothEngines]
    public async Task Redirect_everybody_who_comes_back_at_once_has_a_grant_and_a_page(Engine engine)
    {
        CrowdSize.SkipUnlessWanted(engine);
        await using var crowd = await Crowd.StartAsync(engine, Flow.Redirect);
        await crowd.AskEverybodyAsync();
        ConcurrentDictionary<string, Uri> backs = new(StringComparer.Ordinal);
        await Parallel.ForEachAsync(crowd.Finishing, async (person, _) =>
        {
            using var browser = new Browser(person.OpenId);
            backs[person.OpenId] = await browser.AllowAndStayAsync(crowd.CardOf(person).Link());
        });

        // When all of them come back in the same moment, to one replica or the other
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromMinutes(2) };
        ConcurrentBag<TimeSpan> waits = [];
        ConcurrentBag<string> pages = [];
        var began = TimeProvider.System.GetTimestamp();
        var browsers = crowd.Finishing.Select((person, number) => Task.Run(async () =>
        {
            var sent = TimeProvider.System.GetTimestamp();
            pages.Add(await http.GetStringAsync(new Uri(crowd.Replicas[number % crowd.Replicas.Count], backs[person.OpenId].PathAndQuery)));
            waits.Add(TimeProvider.System.GetElapsedTime(sent));
        })).ToList();
        var drained = await crowd.SecondsUntilGrantedAsync(began);
        await Task.WhenAll(browsers);
        var cards = await CardsAsync(crowd, began);

        // Then each has cost one call
        Assert.All(pages, page => Assert.True(page.Contains("data-result=\"authorized\"", StringComparison.Ordinal) || page.Contains("data-result=\"finishing\"", StringComparison.Ordinal), page));
        Assert.Equal(CrowdSize.Finishing, crowd.Scene.Platform.TokenCalls(ByCode));
        OneEach(crowd);
        var latency = LatencySummary.Of([.. waits]);
        var expiry = await ExpireAsync(crowd);
        Report(engine, Flow.Redirect, drained, $"{latency.P50:0} | {latency.P95:0}", cards, crowd.Scene.Platform.TokenCalls(ByCode), crowd.Scene.Platform.TokenCallsRefused, expiry);
        Assert.True(!CrowdSize.IsFull || drained < 25, $"Drained in {drained:0.0} s.");
    }

    [Theory]
    [BothEngines]
    public async Task Device_everybody_who_has_clicked_and_confirms_at_once_has_a_grant(Engine engine)
    {
        CrowdSize.SkipUnlessWanted(engine);
        await using var crowd = await Crowd.StartAsync(engine, Flow.Device);
        await crowd.AskEverybodyAsync();
        var links = crowd.Finishing.ToDictionary(p => p.OpenId, p => crowd.CardOf(p).Link());
        var clickedAt = TimeProvider.System.GetTimestamp();
        await ClickAsync(crowd);
        var clicking = TimeProvider.System.GetElapsedTime(clickedAt).TotalSeconds;

        // When all of them confirm in the same moment
        var began = TimeProvider.System.GetTimestamp();
        Assert.All(crowd.Finishing, p => Assert.True(crowd.Scene.Platform.DecideDevice(UserCode(links[p.OpenId]), p.OpenId)));
        var drained = await crowd.SecondsUntilGrantedAsync(began);
        var cards = await CardsAsync(crowd, began);

        // Then each has one grant out of one successful call
        OneEach(crowd);
        var expiry = await ExpireAsync(crowd);
        Report(engine, Flow.Device, drained, $"clicks took {clicking:0.0} s | –", cards, crowd.Scene.Platform.TokenCalls(TokenApi.DeviceGrant), crowd.Scene.Platform.TokenCallsRefused, expiry);
    }

    /// <summary>Two hundred a second, each answered within the platform's time.</summary>
    private static async Task ClickAsync(Crowd crowd)
    {
        var clicks = new List<Task>();
        foreach (var person in crowd.Finishing)
        {
            clicks.Add(person.OpenAsync(crowd.CardOf(person)));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        await Task.WhenAll(clicks);
    }

    private static void OneEach(Crowd crowd)
    {
        Assert.All(crowd.Finishing, p => Assert.Equal(1, crowd.Scene.Platform.Tokens.IssuedTo(p.OpenId)));
        Assert.All(crowd.People.Skip(CrowdSize.Finishing), p => Assert.Equal(0, crowd.Scene.Platform.Tokens.IssuedTo(p.OpenId)));
    }

    private static Task<double> CardsAsync(Crowd crowd, long since) =>
        Crowd.SecondsUntilAsync("everybody's card", () => Task.FromResult(crowd.Turned(crowd.Finishing, "green") == CrowdSize.Finishing), since);

    /// <summary>The rest run out in one moment. When they are ended, and how many of their cards say so 15 s after that moment.</summary>
    private static async Task<(double Ended, int Shown)> ExpireAsync(Crowd crowd)
    {
        var rest = crowd.People.Skip(CrowdSize.Finishing).ToList();
        var began = TimeProvider.System.GetTimestamp();
        await crowd.Scene.Database.ExecuteAsync("UPDATE authorization_sessions SET expires_at = created_at WHERE state = 'pending'");
        var ended = await Crowd.SecondsUntilAsync("all sessions being ended", async () => await crowd.Scene.Database.CountAsync("authorization_sessions", "state = 'pending'") == 0, began);
        var enough = Math.Min(rest.Count, 100);
        await Crowd.SecondsUntilAsync("their cards", () => Task.FromResult(crowd.Turned(rest, "grey") >= enough
            && (!CrowdSize.IsFull || TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(15))), began);
        Assert.Equal(rest.Count, await crowd.Scene.Database.CountAsync("authorization_sessions", "state = 'expired'"));
        return (ended, crowd.Turned(rest, "grey"));
    }

    private static string UserCode(Uri link) => Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(link.Query)["user_code"].ToString();

    private static void Report(Engine engine, Flow flow, double drained, string pages, double cards, int calls, int refused, (double Ended, int Shown) expiry) =>
        ChaosSettings.Report(string.Create(
            CultureInfo.InvariantCulture,
            $"| {flow}, {engine}, {(engine == Engine.Postgres ? 2 : 1)} | {CrowdSize.Pending} | {CrowdSize.Finishing} | {drained:0.0} | {pages} | {calls} | {refused} | {cards:0.0} | {expiry.Ended:0.0} | {expiry.Shown} |"));
}
