using System.Collections.Concurrent;
using System.Diagnostics;
using LarkService.IntegrationTests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace LarkService.IntegrationTests.Security;

/// <summary>Whatever comes back with a browser, its code and its state are in no log, no answer, no referrer and no trace.</summary>
public sealed class CallbackSecrecyTests
{
    private static readonly string[] MadeUp = ["MadeUpCode-4711-abcdefghijklmnop", "MadeUpState-0815-abcdefghijklmnopqrstuvwxyz"];

    [Fact]
    public async Task With_the_most_talkative_logs_no_callback_of_any_kind_leaves_its_code_or_its_state_there()
    {
        await using var scene = await Scene.StartAsync(new()
        {
            Flow = Flow.Redirect,
            OwnProcess = true,
            Sandbox = Scene.QuickSandbox with { ExtraUsers = 4 },
            Settings = { ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Microsoft"] = "Trace", ["Logging:LogLevel:System"] = "Trace" },
        });
        List<string> secrets = [.. MadeUp];
        List<string> pages = [];
        foreach (var (user, ending) in scene.Platform.Users.Zip(new[] { "allow", "wrong person", "refused by the platform", "no answer", "a fault", "refusal" }))
        {
            pages.AddRange(await ComeBackAsync(scene, new Person(scene.Platform, user), ending, secrets));
        }

        foreach (var query in new[] { $"code={MadeUp[0]}&state={MadeUp[1]}", $"code={MadeUp[0]}&code={MadeUp[0]}&state={MadeUp[1]}", $"state={MadeUp[1]}&error=access_denied", $"code={MadeUp[0]}&state={MadeUp[1]}&x={new string('x', 9000)}" })
        {
            using var answer = await scene.Anonymous.GetAsync(new Uri($"{new Uri(scene.Url, "/oauth/callback")}?{query}"));
            pages.Add(answer.Headers + await answer.Content.ReadAsStringAsync());
        }

        await scene.Service.StopAsync();
        var places = scene.AllOutput.Concat(pages).ToList();
        Assert.True(places.Count > 100);
        Assert.All(secrets, secret => Assert.DoesNotContain(places, line => line.Contains(secret, StringComparison.Ordinal)));
        await Leaks.NoneAsync(scene, [.. pages.Select((page, number) => ($"page {number}", page))]);
    }

    [Fact]
    public async Task No_trace_holds_them_either()
    {
        // Whatever listens for traces in this process gets all there is
        ConcurrentQueue<string> traced = new();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => traced.Enqueue(
                $"{activity.DisplayName} {string.Join(' ', activity.TagObjects.Select(t => $"{t.Key}={t.Value}"))} {string.Join(' ', activity.Baggage)} {string.Join(' ', activity.Events.SelectMany(e => e.Tags))}"),
        };
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false); // as where traces are collected
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        var asked = await scene.Api.AskAsync(scene.Ava);
        var card = scene.Platform.FindMessage(asked["messageId"]!)!;
        using var browser = new Browser(scene.Ava.OpenId);
        var back = QueryHelpers.ParseQuery((await browser.AllowAndStayAsync(card.Link())).Query);
        string[] secrets = [back["code"].ToString(), back["state"].ToString()];

        // By hand: a client of this process would be traced, too
        ActivitySource.AddActivityListener(listener);
        using (var socket = new System.Net.Sockets.TcpClient())
        {
            await socket.ConnectAsync(scene.Url.Host, scene.Url.Port);
            await using var stream = socket.GetStream();
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET /oauth/callback?code={secrets[0]}&state={secrets[1]} HTTP/1.1\r\nHost: {scene.Url.Authority}\r\nConnection: close\r\n\r\n"));
            using var reader = new StreamReader(stream);
            Assert.Contains("data-result=\"authorized\"", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }

        await card.TurnsAsync("green");
        Assert.Contains(traced, line => line.Contains("url.path=/oauth/callback", StringComparison.Ordinal));
        Assert.All(secrets, secret => Assert.DoesNotContain(traced, line => line.Contains(secret, StringComparison.Ordinal)));
    }

    /// <summary>Somebody agrees, or does not, and this is how it ends.</summary>
    private static async Task<IReadOnlyList<string>> ComeBackAsync(Scene scene, Person person, string ending, List<string> secrets)
    {
        var asked = await scene.Api.AskAsync(person);
        var link = scene.Platform.FindMessage(asked["messageId"]!)!.Link();
        using var browser = new Browser(ending == "wrong person" ? scene.Lei.OpenId : person.OpenId);
        var back = await browser.AllowAndStayAsync(link);
        var query = QueryHelpers.ParseQuery(back.Query);
        secrets.AddRange([query["code"].ToString(), query["state"].ToString()]);
        const string token = "/open-apis/authen/v2/oauth/token";
        switch (ending)
        {
            case "refused by the platform":
                scene.Platform.Faults.Board.FailNext(token, 400, """{"code":20071,"error":"invalid_grant"}""");
                break;
            case "no answer":
                scene.Platform.Faults.Board.LoseNextAnswer(token);
                break;
            case "a fault":
                scene.Platform.Faults.Board.FailNext("/open-apis/authen/v1/user_info", 200, """{"code":20005,"msg":"no"}""");
                break;
            case "refusal":
                back = new Uri($"{back.GetLeftPart(UriPartial.Path)}?error=access_denied&state={query["state"]}");
                break;
        }

        return [(await browser.OpenAsync(back)).Html, (await browser.OpenAsync(back)).Html]; // and once more
    }
}
