namespace LarkService.Authorization.Cards;

/// <summary>What a person tells the administrator: the same on the card and on the page, short enough to read out on the phone.</summary>
internal static class SessionReference
{
    private const int Chars = 8;

    public static string Of(AuthorizationSession session) => session.SessionId[..Math.Min(Chars, session.SessionId.Length)];
}
