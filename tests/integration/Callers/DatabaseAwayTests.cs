using System.Net;
using LarkService.IntegrationTests.Support;
using Npgsql;

namespace LarkService.IntegrationTests.Callers;

/// <summary>A database that is away for a moment is nobody's fault out there: callers come again.</summary>
public sealed class DatabaseAwayTests
{
    private const string Grants = "/api/v1/grants";

    [Fact]
    public async Task While_the_database_is_away_callers_are_told_to_come_again_people_get_a_page_and_both_are_served_afterwards()
    {
        // Given a service that reaches its database over a line that can be cut, and a key that it has not seen yet
        await using var scene = await Scene.PrepareAsync(new() { Engine = Engine.Postgres, Flow = Flow.Redirect });
        var direct = new NpgsqlConnectionStringBuilder(scene.Database.ConnectionString);
        await using var line = new TcpRelay(direct.Port);
        var over = new NpgsqlConnectionStringBuilder(scene.Database.ConnectionString) { Port = line.Port };
        var settings = scene.Settings();
        settings["ConnectionStrings:Default"] = over.ConnectionString;
        settings["Api:JwtSigningKey"] = CallerScene.SigningKey;
        await scene.StartServiceAsync(settings);
        var key = scene.As((await scene.NewKeyAsync("grants.read")).Key);
        using var browser = new Browser(scene.Ava.OpenId);
        (await scene.Api.AskAsync(scene.Ava)).Must(HttpStatusCode.Created);
        var back = await browser.AllowAndStayAsync((await scene.Ava.AskedAsync()).Link());

        // When it is cut
        line.Cut();

        // Then nobody is let in and nobody is told that they did something wrong
        Must503(await key.GetAsync(Grants));
        Must503(await scene.Api.GetAsync(Grants));
        Must503(await scene.SignInAsync());
        var page = await browser.OpenAsync(back, "ja");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "notnow"), (page.Status, page.Result));
        Assert.Contains("現在処理できません", WebUtility.HtmlDecode(page.Html), StringComparison.Ordinal);

        // Afterwards the same requests go through
        line.Mend();
        await Eventually.TrueAsync("the service having noticed which of its connections were cut", async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                if ((await scene.Api.GetAsync(Grants)).Status != HttpStatusCode.OK)
                {
                    return false;
                }
            }

            return true;
        });
        await Eventually.TrueAsync("the key being looked for again: a look that failed holds for a second", async () => (await key.GetAsync(Grants)).Status == HttpStatusCode.OK);
        Assert.Equal("authorized", (await browser.OpenAsync(back)).Result);
    }

    private static void Must503(ApiAnswer answer)
    {
        answer.MustBeProblem(HttpStatusCode.ServiceUnavailable, "service-unavailable");
        Assert.NotNull(answer.RetryAfter);
    }
}
