using System.Text.Json.Nodes;

namespace LarkService.Authorization.Cards;

/// <summary>What our buttons send back; the words are in cards that are out there, so they must stay.</summary>
internal static class CardActions
{
    public const string Open = "consent.open";
    public const string Decline = "consent.decline";
    public const string Renew = "consent.renew";
    public const string Revoke = "grant.revoke";
    public const string AskAgain = "grant.ask";

    public const string Session = "session";
    public const string OpenId = "open_id";

    public static JsonObject ForSession(string action, AuthorizationSession session) => new() { ["action"] = action, [Session] = session.SessionId };

    public static JsonObject ForUser(string action, string openId) => new() { ["action"] = action, [OpenId] = openId };
}
