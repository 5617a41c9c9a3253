namespace LarkSandbox.Hosting;

/// <summary>The environment that makes a LarkService talk to this sandbox and to nothing else.</summary>
internal static class ServiceSettings
{
    public static IReadOnlyDictionary<string, string> For(SandboxOptions options, DataFolder data, string sandboxUrl, string serviceUrl, bool redirectFlow)
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = serviceUrl,
            ["NO_PROXY"] = "127.0.0.1",
            ["no_proxy"] = "127.0.0.1",
            ["Lark__Apps__0__AppId"] = options.AppId,
            ["Lark__Apps__0__AppSecret"] = options.AppSecret,
            ["Lark__Apps__0__AilyAppId"] = options.AilyAppId,
            ["Lark__Apps__0__Scopes__0"] = "offline_access",
            ["Lark__Apps__0__Scopes__1"] = "auth:user.id:read",
            ["Lark__OpenBaseUrl"] = sandboxUrl,
            ["Lark__AccountsBaseUrl"] = sandboxUrl,
            ["Database__Provider"] = "Sqlite",
            ["ConnectionStrings__Default"] = $"Data Source={data.Database}",
            ["Encryption__ActiveKeyId"] = "sandbox",
            ["Encryption__Keys__sandbox"] = data.EncryptionKey,
            ["Api__BootstrapKey"] = data.BootstrapKey,
            ["Api__AnonymousPerQuarterHour"] = "100000", // everybody here lives at one address
            ["Authorization__Flow"] = redirectFlow ? "Redirect" : "Device",
        };
        if (redirectFlow)
        {
            settings["Authorization__RedirectUri"] = RedirectUri(serviceUrl);
        }

        return settings;
    }

    public static string RedirectUri(string serviceUrl) => $"{serviceUrl}/oauth/callback";
}
