using System.Text.Json.Nodes;
using LarkService.Authorization;
using LarkService.Authorization.Cards;
using LarkService.Grants;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Authorization;

/// <summary>Sessions and grants to draw cards of, and ways to read them.</summary>
internal static class CardSamples
{
    public static readonly Uri Page = new("https://accounts.feishu.cn/consent?state=the-state");

    /// <param name="state">The state's word.</param>
    /// <param name="shade"><c>opened</c>, <c>wrong person</c>, an origin's word, or the error of a failure.</param>
    /// <param name="reason">What the asker wrote.</param>
    /// <param name="detailed">Scopes listed.</param>
    /// <param name="locale">The session's language.</param>
    public static AuthorizationSession Session(string state, string shade = "", string? reason = null, bool detailed = false, string? locale = null)
    {
        var now = new ManualTime().GetUtcNow();
        return new()
        {
            SessionId = "SES_ION0123456789abcdef",
            AppId = Some.AppId,
            OpenId = Some.User.OpenId,
            Flow = SessionFlow.Redirect,
            Origin = shade is "renewal" or "call" or "chat" ? Words.Origin(shade) : SessionOrigin.Rest,
            State = Words.State(state),
            Scopes = ScopeSet.Of("asked:for", "aily:run:write"),
            OpenedAt = shade == "opened" ? now : null,
            WrongPersonCount = shade == "wrong person" ? 1 : 0,
            ErrorCode = state == "failed" ? shade : null,
            Reason = reason,
            Detailed = detailed,
            Locale = locale,
            CreatedAt = now,
            ExpiresAt = now.AddMinutes(10),
            CompletedAt = state == "pending" ? null : now,
        };
    }

    public static UserGrant Grant(string name, string? enName = null) => new()
    {
        AppId = Some.AppId,
        OpenId = Some.User.OpenId,
        Name = name,
        EnName = enName,
        Scopes = ScopeSet.Of("granted:only", "aily:run:write"),
        SealedRefreshToken = "sealed",
        GrantedAt = new ManualTime().GetUtcNow(),
        AccessExpiresAt = new ManualTime().GetUtcNow().AddHours(2),
    };

    public static JsonObject Render(AuthorizationSession session, UserGrant? grant = null) =>
        SessionCard.For(session, session.State == SessionState.Pending ? Page : null, grant, null).ToJson();

    /// <summary>Every text in what a client shows that picks nothing.</summary>
    public static string TextOf(JsonNode card) => string.Join('\n', Nodes(card).Select(n => n["content"]?.ToString()));

    public static IEnumerable<JsonObject> Values(JsonNode card) => Nodes(card).Where(n => n["type"]?.ToString() == "callback").Select(n => n["value"]!.AsObject());

    public static IEnumerable<JsonObject> Nodes(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Nodes(p.Value)).Prepend(o),
        JsonArray a => a.SelectMany(Nodes),
        _ => [],
    };
}
