namespace LarkSandbox.Wire;

/// <summary>What a call to the platform is about: its kind on the page and a sentence for somebody learning the protocol.</summary>
internal static class HttpKinds
{
    private static readonly (string Prefix, string Kind, string Explain)[] Known =
    [
        ("/callback/ws/endpoint", "endpoint", "The service asks where to open its long connection; the answer is an address with a ticket that works once."),
        ("/ws/v2", "handshake", "The service opens the WebSocket with its ticket."),
        ("/open-apis/authen/v2/oauth/token", "token", "A code, a device code or a refresh token is exchanged for user tokens."),
        ("/open-apis/auth/v3/", "token", "The app proves who it is and gets its own token, good for two hours."),
        ("/oauth/v1/device_authorization", "device", "The service asks for a link that a person can open to agree; no public address is needed."),
        ("/oauth/v1/device/verify", "device", "The person looks at the consent page of the device flow."),
        ("/oauth/v1/revoke", "token", "The service gives tokens back; they stop working."),
        ("/open-apis/authen/v1/authorize", "other", "The person looks at the consent page of the redirect flow."),
        ("/open-apis/authen/v1/user_info", "user-info", "Whose token is it? The service checks that the right person agreed."),
        ("/open-apis/interactive/", "card", "A card is changed with the token of a click, after the click was answered."),
        ("/open-apis/cardkit/", "card", "A card with an id of its own is made, or its text grows while the answer is written."),
        ("/open-apis/ephemeral/", "card", "A card that only one person in the group sees."),
        ("/open-apis/im/v1/messages", "message", "The bot writes, replies, changes or recalls a message."),
        ("/open-apis/apaas/v1/workspaces/", "other", "Tables and SQL of a workspace, with the person's own token."),
        ("/open-apis/apaas/", "other", "Functions, flows and records of an application, with the app's token: the person is a parameter."),
        ("/open-apis/drive/", "other", "A file goes up or down, in pieces when it is large."),
        ("/space/", "other", "A file goes down by a link that works for a day."),
        ("/open-apis/contact/", "other", "The company's directory: each field by a scope of its own."),
        ("/open-apis/aily/", "aily", "A call to the AI on the person's behalf, with the person's own token."),
    ];

    public static bool IsPlatform(PathString path) =>
        path.StartsWithSegments("/open-apis") || path.StartsWithSegments("/callback") || path.StartsWithSegments("/oauth") || path.StartsWithSegments("/ws") || path.StartsWithSegments("/space");

    public static bool IsPage(PathString path) =>
        path.StartsWithSegments("/open-apis/authen/v1/authorize") || path.StartsWithSegments("/oauth/v1/device/verify");

    public static (string Kind, string Explain) Of(string path)
    {
        var known = Known.FirstOrDefault(k => path.StartsWith(k.Prefix, StringComparison.Ordinal));
        return known.Prefix is null ? ("other", "A call to the open platform.") : (known.Kind, known.Explain);
    }
}
