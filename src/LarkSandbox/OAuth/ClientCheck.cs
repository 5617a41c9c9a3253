using LarkSandbox.Hosting;

namespace LarkSandbox.OAuth;

/// <summary>Is the caller the app it says it is?</summary>
internal sealed class ClientCheck(SandboxOptions options)
{
    public OAuthError? Check(TokenRequest request)
    {
        if (request.Basic is not null && request["client_secret"] is not null)
        {
            return OAuthError.TwoAuthentications;
        }

        var id = request["client_id"] ?? request.Basic?.Id;
        var secret = request["client_secret"] ?? request.Basic?.Secret;
        return (id, secret) switch
        {
            (null, _) or (_, null) => OAuthError.MissingParameter,
            _ when id != options.AppId => OAuthError.AppNotFound,
            _ when secret != options.AppSecret => OAuthError.SecretInvalid,
            _ => null,
        };
    }
}
