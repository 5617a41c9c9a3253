using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace LarkSandbox.OAuth;

/// <summary>Authorization codes: single use, bound to a redirect URI and a PKCE challenge.</summary>
internal sealed partial class AuthorizationCodes(TimeProvider clock)
{
    private const int Most = 50_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, AuthorizationCode> _codes = [];

    public void Add(AuthorizationCode code)
    {
        lock (_gate)
        {
            if (_codes.Count > Most)
            {
                _codes.Clear();
            }

            _codes.Add(code.Value, code);
        }
    }

    /// <summary>Checks everything first and marks the code as used only when it is really spent.</summary>
    public (OAuthError? Error, AuthorizationCode? Code) Spend(string value, string? redirectUri, string? verifier, Func<AuthorizationCode, OAuthError?> lastCheck)
    {
        lock (_gate)
        {
            var code = _codes.GetValueOrDefault(value);
            var error = code switch
            {
                null => OAuthError.CodeNotFound,
                { Used: true } => OAuthError.CodeUsed,
                _ when clock.GetUtcNow() >= code.ExpiresAt => OAuthError.CodeExpired,
                _ when redirectUri is not null && redirectUri != code.RedirectUri => OAuthError.RedirectUriMismatch,
                _ when !Proves(code, verifier) => OAuthError.PkceFailed,
                _ => lastCheck(code),
            };
            if (error is not null)
            {
                return (error, null);
            }

            code!.Used = true;
            return (null, code);
        }
    }

    private static bool Proves(AuthorizationCode code, string? verifier)
    {
        if (code.Challenge is null)
        {
            return true;
        }

        if (verifier is null || !Verifier().IsMatch(verifier))
        {
            return false;
        }

        return code.Challenge == (code.ChallengeMethod == "S256" ? Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))) : verifier);
    }

    [GeneratedRegex(@"^[A-Za-z0-9\-._~]{43,128}$", RegexOptions.CultureInvariant)]
    private static partial Regex Verifier();
}
