using System.Text.Json;
using LarkService.Authorization;
using LarkService.Authorization.Cards;
using LarkService.Authorization.Chat;
using LarkService.Authorization.Flows;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

/// <summary>
/// What can happen to a session in each of its states: how it stands then, whose card the message shows, and what the person is
/// told. A card is named by the session that shows itself on it (<c>asking</c>, <c>opened</c>, or the state it ended in), and it is
/// drawn as that session would be drawn now.
/// </summary>
public sealed class SessionTableTests : IDisposable
{
    private const string Message = "om_1";

    // Beginnings of what toasts say, so that the table does not hang on their wording.
    private const string Finish = "Finish in the page";
    private const string Declined = "Declined";
    private const string UpToDate = "up to date";
    private const string Over = "is over";
    private const string Settled = "settled";
    private const string NewLink = "new link";
    private const string Grown = "has grown";
    private const string NoLink = nameof(CallbackResult.UnknownLink);
    private const string Agreed = nameof(CallbackResult.Authorized);
    private const string Refused = nameof(CallbackResult.Declined);
    private const string Nothing = "";

    private readonly Scene _scene = new();
    private readonly List<string> _drawn = [];
    private AuthorizationSession _session = null!;
    private string _state = "";
    private int _sent;

    public SessionTableTests()
    {
        _scene.Platform.Answer(OpenPlatform.Token, OpenPlatform.Tokens("access-1", "refresh-1"));
        _scene.Platform.When(OpenPlatform.Messages, (call, _) =>
        {
            if (call.Method == HttpMethod.Patch && call.Url.AbsolutePath.EndsWith("/" + Message, StringComparison.Ordinal))
            {
                _drawn.Add(call.Card.ToJsonString());
            }

            _sent += call.Method == HttpMethod.Post ? 1 : 0;
            return Task.FromResult(OpenPlatform.Response(200, $$"""{"code":0,"data":{"message_id":"om_{{_sent + 1}}","chat_id":"oc_1"} }"""));
        });
    }

    public static TheoryData<string, string, string, string, string, int> Table { get; } = new()
    {
        // state         event        state then    card          told      cards sent
        { "pending",    "click",     "pending",    "opened",     Finish,    0 },
        { "pending",    "decline",   "declined",   "declined",   Declined,  0 },
        { "pending",    "renew",     "pending",    "asking",     UpToDate,  0 },
        { "pending",    "consent",   "authorized", "authorized", Agreed,    0 },
        { "pending",    "refusal",   "declined",   "declined",   Refused,   0 },
        { "pending",    "expiry",    "expired",    "expired",    Nothing,   0 },
        { "pending",    "supersede", "superseded", "asking",     Nothing,   0 },
        { "pending",    "restart",   "pending",    "asking",     Nothing,   0 },
        { "pending",    "duplicate", "pending",    "asking",     Nothing,   0 },

        { "opened",     "click",     "pending",    "opened",     Finish,    0 },
        { "opened",     "decline",   "declined",   "declined",   Declined,  0 },
        { "opened",     "renew",     "pending",    "opened",     UpToDate,  0 },
        { "opened",     "consent",   "authorized", "authorized", Agreed,    0 },
        { "opened",     "refusal",   "declined",   "declined",   Refused,   0 },
        { "opened",     "expiry",    "expired",    "expired",    Nothing,   0 },
        { "opened",     "supersede", "superseded", "asking",     Nothing,   0 },
        { "opened",     "restart",   "pending",    "opened",     Nothing,   0 },
        { "opened",     "duplicate", "pending",    "opened",     Finish,    0 },

        { "authorized", "click",     "authorized", "authorized", Over,      0 },
        { "authorized", "decline",   "authorized", "authorized", Settled,   0 },
        { "authorized", "renew",     "authorized", "authorized", UpToDate,  0 },
        { "authorized", "consent",   "authorized", "authorized", NoLink,    0 },
        { "authorized", "refusal",   "authorized", "authorized", NoLink,    0 },
        { "authorized", "expiry",    "authorized", "authorized", Nothing,   0 },
        { "authorized", "supersede", "authorized", "authorized", Nothing,   1 },
        { "authorized", "restart",   "authorized", "authorized", Nothing,   0 },
        { "authorized", "duplicate", "authorized", "authorized", NoLink,    0 },

        { "declined",   "click",     "declined",   "declined",   Over,      0 },
        { "declined",   "decline",   "declined",   "declined",   Declined,  0 },
        { "declined",   "renew",     "declined",   "asking",     NewLink,   0 },
        { "declined",   "consent",   "declined",   "declined",   NoLink,    0 },
        { "declined",   "refusal",   "declined",   "declined",   NoLink,    0 },
        { "declined",   "expiry",    "declined",   "declined",   Nothing,   0 },
        { "declined",   "supersede", "declined",   "declined",   Nothing,   1 },
        { "declined",   "restart",   "declined",   "declined",   Nothing,   0 },
        { "declined",   "duplicate", "declined",   "declined",   Declined,  0 },

        { "expired",    "click",     "expired",    "expired",    Over,      0 },
        { "expired",    "decline",   "expired",    "expired",    Settled,   0 },
        { "expired",    "renew",     "expired",    "asking",     NewLink,   0 },
        { "expired",    "consent",   "expired",    "expired",    NoLink,    0 },
        { "expired",    "refusal",   "expired",    "expired",    NoLink,    0 },
        { "expired",    "expiry",    "expired",    "expired",    Nothing,   0 },
        { "expired",    "supersede", "expired",    "expired",    Nothing,   1 },
        { "expired",    "restart",   "expired",    "expired",    Nothing,   0 },
        { "expired",    "duplicate", "expired",    "expired",    Nothing,   0 },

        { "failed",     "click",     "failed",     "failed",     Over,      0 },
        { "failed",     "decline",   "failed",     "failed",     Settled,   0 },
        { "failed",     "renew",     "failed",     "asking",     NewLink,   0 },
        { "failed",     "consent",   "failed",     "failed",     NoLink,    0 },
        { "failed",     "refusal",   "failed",     "failed",     NoLink,    0 },
        { "failed",     "expiry",    "failed",     "failed",     Nothing,   0 },
        { "failed",     "supersede", "failed",     "failed",     Nothing,   1 },
        { "failed",     "restart",   "failed",     "failed",     Nothing,   0 },
        { "failed",     "duplicate", "failed",     "failed",     Nothing,   0 },

        { "superseded", "click",     "superseded", "asking",     Grown,     0 },
        { "superseded", "decline",   "superseded", "asking",     Settled,   0 },
        { "superseded", "renew",     "superseded", "asking",     UpToDate,  0 },
        { "superseded", "consent",   "superseded", "asking",     NoLink,    0 },
        { "superseded", "refusal",   "superseded", "asking",     NoLink,    0 },
        { "superseded", "expiry",    "superseded", "asking",     Nothing,   0 },
        { "superseded", "supersede", "superseded", "asking",     Nothing,   0 },
        { "superseded", "restart",   "superseded", "asking",     Nothing,   0 },
        { "superseded", "duplicate", "superseded", "asking",     Nothing,   0 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task In_every_state_everything_that_can_happen_leaves_the_right_card(string state, string happens, string then, string card, string told, int sent)
    {
        await GivenAsync(state);
        _sent = 0;

        var said = await HappensAsync(happens == "duplicate" ? Cause(state) : happens);
        await _scene.ShowAsync();

        Assert.Equal(then, (await _scene.SessionAsync(_session.SessionId)).State.Word());
        var holder = Assert.Single(await _scene.SessionsAsync(), s => s.MessageId == Message);
        Assert.Equal(card, holder.State != SessionState.Pending ? holder.State.Word() : holder.OpenedAt is null ? "asking" : "opened");
        Assert.Equal((await _scene.Cards.RenderAsync(holder, default)).ToJson().ToJsonString(), _drawn[^1]);
        Assert.Contains(told, said, StringComparison.Ordinal);
        Assert.Equal(told.Length == 0, said.Length == 0);
        Assert.Equal(sent, _sent);
    }

    [Fact]
    public void Every_state_meets_every_event()
    {
        var rows = Table.Select(row => (row.Data.Item1, row.Data.Item2)).ToList();

        Assert.Equal(rows.Count, rows.Distinct().Count());
        Assert.Equal(rows.Select(r => r.Item1).Distinct().Count() * rows.Select(r => r.Item2).Distinct().Count(), rows.Count);
        Assert.Equal(Enum.GetValues<SessionState>().Length + 1, rows.Select(r => r.Item1).Distinct().Count()); // opened is a way of being pending
    }

    public void Dispose() => _scene.Dispose();

    private async Task GivenAsync(string state)
    {
        _session = await _scene.SessionAsync();
        _state = Links.Query(_scene.Links.Page(_session))["state"];
        _drawn.Add((await _scene.Cards.RenderAsync(_session, default)).ToJson().ToJsonString());
        if (state != "pending")
        {
            await HappensAsync(Cause(state));
        }

        await _scene.ShowAsync();
    }

    private static string Cause(string state) => state switch
    {
        "pending" => "ask",
        "opened" => "click",
        "authorized" => "consent",
        "declined" => "decline",
        "expired" => "expiry",
        "failed" => "failure",
        _ => "supersede",
    };

    /// <returns>What the person is told: by a toast or by the page.</returns>
    private async Task<string> HappensAsync(string what)
    {
        switch (what)
        {
            case "click":
                return await ClickAsync(new AuthorizeClick(_scene.Sessions, _scene.Cards, _scene.Links, _scene.Completion, _scene.Clock), CardActions.Open);
            case "decline":
                return await ClickAsync(new DeclineClick(_scene.Sessions, _scene.Completion), CardActions.Decline);
            case "renew":
                return await ClickAsync(new RenewClick(_scene.Sessions, _scene.AskInChat), CardActions.Renew);
            case "consent":
                return (await _scene.Redirects.FinishAsync(_state, new Secret("FAKE-CODE"), null, default)).Result.ToString();
            case "refusal":
                return (await _scene.Redirects.FinishAsync(_state, null, "access_denied", default)).Result.ToString();
            case "expiry":
                await _scene.Completion.EndAsync(_session, SessionState.Expired, null, default);
                return Nothing;
            case "failure":
                await _scene.Completion.EndAsync(_session, SessionState.Failed, SessionErrors.Platform(20001), default);
                return Nothing;
            case "restart":
                // Whoever takes over carries out once more what may have been carried out.
                await _scene.Cards.HandleAsync(JsonSerializer.SerializeToElement(new SessionChanged(_session.SessionId), JsonSerializerOptions.Web), default);
                return Nothing;
            default:
                await _scene.Consents.AskAsync(new ConsentAsk(Some.User, what == "ask" ? _session.Scopes : ScopeSet.Of("wider"), SessionOrigin.Rest), default);
                return Nothing;
        }
    }

    private async Task<string> ClickAsync(SessionClick handler, string action)
    {
        var answer = await handler.HandleAsync(Scene.Click(_session, action), default);
        if (answer.Card is { } card)
        {
            _drawn.Add(card.ToJsonString());
        }

        await (answer.Afterwards?.Invoke(default) ?? Task.CompletedTask);
        return (string)answer.Toast!["content"]!;
    }
}
