using System.Net;
using System.Net.Http.Json;
using LarkSandbox.Hosting;
using LarkService.IntegrationTests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace LarkService.IntegrationTests.Security;

/// <summary>A code comes back to a session, or an app, that it was not made for (RFC 9700 §4.5).</summary>
public sealed class CodeInjectionTests(RedirectService service) : IClassFixture<RedirectService>
{
    [Fact]
    public async Task A_code_of_another_session_of_the_same_person_buys_nothing()
    {
        var person = service.Somebody();
        var (first, second) = (await service.AskAsync(person, "contact:user.email:readonly"), await service.AskAsync(person, "contact:user.phone:readonly"));
        var code = await RedirectService.CodeAsync(person, first.Card.Link());

        var page = await service.ComeBackAsync(("code", code), ("state", second.State));

        Assert.Equal((HttpStatusCode.Gone, "codespent"), (page.Status, page.Result));
        await NothingOfAsync(person);
    }

    [Fact]
    public async Task A_code_of_another_app_buys_nothing()
    {
        // Given another app at another platform, and a person who agreed there
        await using var elsewhere = await SandboxHost.StartAsync(new() { AppId = "cli_0000000000000002", RedirectUris = [service.Callback.AbsoluteUri] });
        var stranger = new Person(elsewhere.Platform, elsewhere.Platform.Users[0]);
        var theirPage = new Uri(elsewhere.Url, "/open-apis/authen/v1/authorize?client_id=cli_0000000000000002&response_type=code&redirect_uri=" + Uri.EscapeDataString(service.Callback.AbsoluteUri));
        var code = await RedirectService.CodeAsync(stranger, theirPage);
        var person = service.Somebody();
        var asked = await service.AskAsync(person);

        var page = await service.ComeBackAsync(("code", code), ("state", asked.State));

        Assert.Equal((HttpStatusCode.Gone, "codespent"), (page.Status, page.Result));
        await NothingOfAsync(person);
    }

    [Fact]
    public async Task A_code_that_the_platform_knows_as_another_apps_ends_the_session_and_tells_the_operators()
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);
        service.Scene.Platform.Faults.Board.FailNext("/open-apis/authen/v2/oauth/token", 400, """{"code":20024,"error":"invalid_grant"}""");

        var page = await service.ComeBackAsync(("code", "of-another-app"), ("state", asked.State));

        Assert.Equal((HttpStatusCode.BadGateway, "failed"), (page.Status, page.Result));
        await NothingOfAsync(person);
        await asked.Card.TurnsAsync("red");
        await Eventually.TrueAsync("the operators being told", () => service.Scene.Platform.Messages.Any(m => m.Text().Contains("A code of another app came back", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_stolen_code_is_worth_nothing_without_the_verifier_which_never_leaves_the_service()
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);
        Assert.Equal("S256", asked.QueryOf("code_challenge_method"));
        Assert.DoesNotContain("verifier", asked.Card.Link().AbsoluteUri, StringComparison.Ordinal);
        var code = await RedirectService.CodeAsync(person, asked.Card.Link());

        // The thief has even the app's secret
        using var thief = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        foreach (var verifier in new[] { null, asked.QueryOf("code_challenge"), new string('a', 43) })
        {
            using var answer = await thief.PostAsJsonAsync(new Uri(service.Scene.SandboxUrl, "/open-apis/authen/v2/oauth/token"), new
            {
                grant_type = "authorization_code",
                client_id = service.Scene.Options.Sandbox.AppId,
                client_secret = service.Scene.Options.Sandbox.AppSecret,
                code,
                redirect_uri = service.Callback.AbsoluteUri,
                code_verifier = verifier,
            });
            Assert.Contains("20049", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // And the right one still works for whom it was made
        var page = await service.ComeBackAsync(("code", code), ("state", QueryHelpers.ParseQuery(asked.Card.Link().Query)["state"].ToString()));
        Assert.Equal("authorized", page.Result);
    }

    private async Task NothingOfAsync(Person person)
    {
        Assert.Equal(0, await service.Scene.Database.CountAsync("user_grants", $"open_id = '{person.OpenId}'"));
        Assert.Equal(0, service.Scene.Platform.Tokens.IssuedTo(person.OpenId));
    }
}
