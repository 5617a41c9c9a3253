using System.Net;
using LarkSandbox.Chat;
using LarkService.IntegrationTests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace LarkService.IntegrationTests.Security;

/// <summary>One service in the redirect flow for all tests of a class; each takes people of its own.</summary>
public sealed class RedirectService : IAsyncLifetime
{
    private int _taken = 2; // after those with names

    internal Scene Scene { get; private set; } = null!;

    /// <summary>What <c>/oauth/callback</c> is to the platform.</summary>
    internal Uri Callback => new(Scene.Url, "/oauth/callback");

    public async ValueTask InitializeAsync() => Scene = await Scene.StartAsync(new()
    {
        Flow = Flow.Redirect,
        Sandbox = Scene.QuickSandbox with { ExtraUsers = 60, MessagesPerSecondPerReceiver = 0 },
        Settings = { ["Alerts:AdminChatId"] = TenantDirectory.GroupChatId },
    });

    public ValueTask DisposeAsync() => Scene.DisposeAsync();

    /// <summary>Somebody whom no other test of the class knows.</summary>
    internal Person Somebody() => new(Scene.Platform, Scene.Platform.Users[Interlocked.Increment(ref _taken)]);

    /// <summary>The person is asked by REST.</summary>
    internal async Task<Asked> AskAsync(Person person, params string[] scopes)
    {
        var answer = (await Scene.Api.AskAsync(person, scopes)).Must(HttpStatusCode.Created);
        return new(answer["sessionId"]!, Scene.Platform.FindMessage(answer["messageId"]!)!);
    }

    /// <summary>Somebody agrees on a page, but their browser is stopped before it goes back: the code it would have brought.</summary>
    internal static async Task<string> CodeAsync(Person who, Uri link)
    {
        using var browser = new Browser(who.OpenId);
        return QueryHelpers.ParseQuery((await browser.AllowAndStayAsync(link)).Query)["code"].ToString();
    }

    /// <summary>The browser goes to the callback with this query, whoever made it up.</summary>
    internal async Task<BrowserPage> ComeBackAsync(params (string Name, string Value)[] query)
    {
        using var browser = new Browser(Scene.Ava.OpenId);
        return await browser.OpenAsync(new Uri(QueryHelpers.AddQueryString(Callback.AbsoluteUri, query.Select(q => KeyValuePair.Create(q.Name, (string?)q.Value)))));
    }

    /// <summary>After that everything stored is as it was before.</summary>
    internal async Task MustChangeNothingAsync(Func<Task> attack)
    {
        var before = await Footprint.OfAsync(Scene.Database);
        await attack();
        Assert.Equal(before, await Footprint.OfAsync(Scene.Database));
    }
}

/// <summary>A session, and the card that asks.</summary>
internal sealed record Asked(string SessionId, ChatMessage Card)
{
    public string State => QueryOf("state");

    public string QueryOf(string name) => QueryHelpers.ParseQuery(Card.Link().Query)[name].ToString();
}
