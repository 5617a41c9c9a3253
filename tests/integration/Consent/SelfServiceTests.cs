using System.Net;
using LarkSandbox.Chat;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Consent;

/// <summary>What people can do by the bot's menu, and what only an administrator can.</summary>
public sealed class SelfServiceTests
{
    [Fact]
    public async Task The_bots_menu_does_what_the_commands_do()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        var ava = scene.Ava;

        scene.Platform.ChooseMenu(ava.OpenId, "help");
        await ava.CardAsync("help", m => m.Text().Contains("What I can do", StringComparison.Ordinal));

        scene.Platform.ChooseMenu(ava.OpenId, "auth");
        var mine = await ava.CardAsync("the state of things", m => m.Button(Person.AskAgain) is not null);
        await ava.PressAsync(mine, Person.AskAgain);
        await ava.AgreeAsync(await ava.AskedAsync());
        await Eventually.TrueAsync("the grant", async () => await scene.GrantStatusAsync(ava) == "active");

        scene.Platform.ChooseMenu(ava.OpenId, "revoke");
        await ava.CardAsync("the news of the revocation", m => m.Text().Contains("You took your authorization back", StringComparison.Ordinal));
        Assert.Equal("revoked", await scene.GrantStatusAsync(ava));

        // What is no entry of ours is acknowledged and left alone
        var others = scene.Platform.ChooseMenu(ava.OpenId, "lunch");
        await Eventually.TrueAsync("the acknowledgement", () => others.Acked);
    }

    [Fact]
    public async Task What_the_app_lacks_goes_to_the_administrators_with_the_page_that_mends_it_and_no_card_to_the_user()
    {
        const string lacking = "aily:session:write";
        var sandbox = Scene.QuickSandbox;
        await using var scene = await Scene.StartAsync(new()
        {
            Flow = Flow.Redirect,
            Sandbox = sandbox with { AppScopes = [.. sandbox.AppScopes.Where(s => s != lacking)] },
            Settings = { ["Alerts:AdminChatId"] = TenantDirectory.GroupChatId },
        });
        var ava = scene.Ava;
        await scene.GrantAsync(ava, [.. Scene.AiScopes.Where(s => s != lacking)]);
        await scene.Database.ExecuteAsync($"UPDATE user_grants SET scopes = scopes || ' {lacking}'");
        var cards = ava.AuthorizationCards.Count;

        var questions = new[] { ava.Write("Hello?"), ava.Write("And again?") };
        foreach (var question in questions)
        {
            await Eventually.FindAsync("a word to the user", () => ava.Replies(question).LastOrDefault(m => m.Color() == "red" || m.Text().Contains("administrator", StringComparison.OrdinalIgnoreCase)));
        }

        var told = await Eventually.FindAsync("the administrators being told", () => scene.Platform.Messages.LastOrDefault(m => m.ChatId == TenantDirectory.GroupChatId && m.Color() == "red"));
        Assert.Contains($"/app/{scene.Options.Sandbox.AppId}/auth?q=", Unescaped(told), StringComparison.Ordinal);
        Assert.Contains(lacking, Unescaped(told), StringComparison.Ordinal);
        Assert.Single(scene.Platform.Messages, m => m.ChatId == TenantDirectory.GroupChatId && m.Color() == "red");
        Assert.Equal(cards, ava.AuthorizationCards.Count);
    }

    private static string Unescaped(ChatMessage message) => WebUtility.HtmlDecode(message.Text());
}
