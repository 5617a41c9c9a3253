namespace LarkService.Authorization;

/// <summary>Why a session failed: short words for the API; the card says it in full.</summary>
internal static class SessionErrors
{
    public const string WrongPerson = "wrong_person";
    public const string CardNotSent = "card_not_sent";
    public const string PlatformUnavailable = "platform_unavailable";
    public const string UserGone = "user_gone";

    /// <summary>The consent page came back with an error that is no refusal.</summary>
    public const string ConsentPage = "consent_page";

    /// <summary>The platform refused with this code.</summary>
    public static string Platform(int code) => $"platform_{code}";
}
