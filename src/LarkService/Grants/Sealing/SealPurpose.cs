namespace LarkService.Grants.Sealing;

/// <summary>What a sealed value is; part of what it is bound to, so these words must stay.</summary>
internal static class SealPurpose
{
    public const string AccessToken = "access_token";
    public const string RefreshToken = "refresh_token";
    public const string Email = "email";
    public const string Mobile = "mobile";

    public static string PkceVerifier(string sessionId) => "pkce_verifier:" + sessionId;

    public static string DeviceCode(string sessionId) => "device_code:" + sessionId;

    public static string ConsentLink(string sessionId) => "consent_link:" + sessionId;

    public static string ParkedCall(string id) => "parked_call:" + id;

    public static string OperationAnswer(string id) => "operation_answer:" + id;

    public static string FirstAnswer(string id) => "first_answer:" + id;
}
