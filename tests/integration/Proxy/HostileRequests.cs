namespace LarkService.IntegrationTests.Proxy;

/// <summary>Requests that try to get somewhere else, or there as somebody else, byte for byte.</summary>
/// <param name="Host">The service.</param>
/// <param name="Evil">Another server on this machine, which nobody may be sent to.</param>
/// <param name="Key">A caller's key.</param>
/// <param name="OpenId">The user that this caller names.</param>
/// <param name="Other">Another user, who has agreed, too.</param>
/// <param name="OthersToken">That one's token.</param>
internal sealed record HostileRequests(string Host, string Evil, string Key, string OpenId, string Other, string OthersToken)
{
    private const string Base = "/api/v1/lark/open-apis/";
    private const string Good = Base + "thing/v1/things";
    private static readonly string[] TokenApis = ["authen/v1/user_info", "auth/v3/tenant_access_token/internal"];

    private static readonly string[] Detours =
    [
        "{0}", "./{0}", "x/../{0}", "x/v1/../../{0}", "%2e/{0}", "x/%2e%2e/{0}", "x/%2E%2E/{0}", "x/.%2e/{0}", "x/%2e./{0}", "x/..%2f{0}", "x/..%2F{0}", "x%2f..%2f{0}", "x/%252e%252e/{0}", "x/%252e%252e%252f{0}",
        "x/..;/{0}", "x/..;a=b/{0}", "x/..%3b/{0}", "x/..\\{0}", "x\\..\\{0}", "x/..%5c{0}", "x%5c..%5c{0}", "/{0}", "//{0}", "x//../{0}", "x/..//{0}", "x/%c0%ae%c0%ae/{0}", "x/..%c0%af{0}", "x/%e0%80%ae%e0%80%ae/{0}",
        "x/%uff0e%uff0e/{0}", "x/..%00/{0}", "x/%00/../{0}", "../open-apis/{0}", "../../lark/open-apis/{0}", "x/..%0d/{0}", "x/..%09/{0}", "x/.. /{0}", "x/...//{0}", "?/../{0}", "#/../{0}",
    ];

    private static readonly string[] Disguises =
    [
        "AUTHEN/v1/user_info", "Authen/v1/user_info", "aUtH/v3/tenant_access_token/internal", "%61uthen/v1/user_info", "authe%6e/v1/user_info", "auth%65n/v1/user_info", "a%75th/v3/app_access_token/internal", "authen%2fv1%2fuser_info",
        "authen;/v1/user_info", "authen;x=y/v1/user_info", "authen%3bx/v1/user_info", "authen./v1/user_info", "authen%20/v1/user_info", "authen%00/v1/user_info", "authen\t/v1/user_info", "authen//v1/user_info", "authen/", "authen",
        "auth?x=/", "%2561uthen/v1/user_info", "\u0430uthen/v1/user_info", "authen%e2%80%8b/v1/user_info", "authen\\v1\\user_info", ".authen/v1/user_info", "open-apis/authen/v1/user_info",
    ];

    private string[] Elsewhere =>
    [
        "/api/v1/lark/open-apis/../../grants", "/api/v1/lark/open-apis/..%2f..%2fgrants", "/api/v1/lark/open-apis/../../../../health", "/api/v1/lark/../lark/open-apis/thing/v1/smuggled", "/x/../api/v1/lark/open-apis/thing/v1/smuggled",
        "//api/v1/lark/open-apis/thing/v1/smuggled", "/api/v1/lark//open-apis/thing/v1/smuggled", "/API/V1/LARK/OPEN-APIS/thing/v1/smuggled", "/api/v1/lark/%6fpen-apis/thing/v1/smuggled", "/api/v1/lark/open-apis", Base, Base + "..", Base + "%2e%2e",
        "/api/v1/lark/oauth/v1/device_authorization", "/api/v1/lark/callback/ws/endpoint", "/api/v1/lark/sandbox/api/state", "/api/v1/lark/http://" + Evil + "/open-apis/x",
        Base + "http://" + Evil + "/x", Base + "//" + Evil + "/x", Base + "@" + Evil + "/x", Base + ":80@" + Evil + "/x", Base + "\\\\" + Evil + "\\x", Base + "%2f%2f" + Evil + "/x", Base + "%40" + Evil + "/x", Base + "thing%0d%0aHost:%20" + Evil + "/x",
        Base + "thing/v1/smuggled#@" + Evil + "/", Base + "thing/v1/smuggled%23@" + Evil + "%2f", Base + "[" + Evil + "]/x", Base + ".." + Evil + "/x",
        "http://" + Evil + Good, "http://" + Evil + "/open-apis/thing", "https://" + Evil + Good, "http://user:pass@" + Host + Good, "http://" + Host + "@" + Evil + Good, "http://" + Host + Good, "ftp://" + Evil + Good, "file:///etc/passwd",
        Evil, "*", "\\" + Good, "?" + Good, "api/v1/lark/open-apis/thing", "http:/" + Good, "http:///" + Good, "//" + Evil + Good,
    ];

    private string[] Queries =>
    [
        "?access_token=" + OthersToken, "?user_access_token=" + OthersToken, "?x=1&tenant_access_token=t-x", "?app_access_token=a-x", "?ACCESS_TOKEN=x", "?access%5ftoken=x", "?%61ccess_token=x", "?a&access_token", "?user_access%5Ftoken=x&b", "?x=%00",
        "?x=\u00e9", "?x=1 HTTP/1.1", "?x=\u0001", "?x=#y",
    ];

    // Each goes to a good address: what arrives there must be the one user's call and hold nothing of this.
    private string[] Headers =>
    [
        $"X-Lark-Open-Id: {Other}", $"x-lark-open-id: {Other}", $"X-Lark-Open-Id: {OpenId}", $"X-Lark-Open-Id : {Other}", $"X-Lark-App-Id: a\r\nX-Lark-App-Id: b", "X-Lark-App-Id: cli_ffffffffffffffff", $"Authorization: Bearer {OthersToken}",
        $"Proxy-Authorization: Bearer {OthersToken}", $"X-User-Access-Token: {OthersToken}", $"Cookie: token={OthersToken}", "X-Forwarded-Host: evil.example", "X-Forwarded-For: 10.0.0.1", "X-Forwarded-Proto: https", "Forwarded: host=evil.example",
        "X-Original-URL: /open-apis/authen/v1/user_info", "X-Rewrite-URL: /open-apis/authen/v1/user_info", "X-HTTP-Method-Override: DELETE", "X-Method-Override: PUT", "X-Real-IP: 10.0.0.1", "X-Host: evil.example", "Via: 1.1 evil",
        "Connection: X-Lark-Open-Id", "Connection: Authorization, Host", "Connection: keep-alive, X-Mine\r\nX-Mine: smuggled", "Upgrade: websocket\r\nConnection: Upgrade", "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings",
        "TE: trailers, chunked", "Trailer: Authorization", "Keep-Alive: timeout=1000", "Expect: 100-continue", "Expect: something-else", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "baggage: secret=smuggled", "Idempotency-Key: k",
        "Prefer: wait=99", $"X-Fold: a\r\n {Other}", $"X-Fold: a\r\n\tAuthorization: Bearer {OthersToken}", $"X-Bare: a\rAuthorization: Bearer {OthersToken}", $"X-Bare: a\nX-Lark-Open-Id: {Other}", "X-Nul: a\0b", "X Space: a", ": noname", "NoColon", $"X-Lark-Open-Id\0: {Other}",
        $"Host: {Evil}", "Host: a b", "Host: user@" + Evil, "Host: ", "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\nUpgrade: websocket\r\nConnection: Upgrade",
    ];

    /// <summary>All of them; each is a connection of its own.</summary>
    public IReadOnlyList<string> All =>
    [
        .. from detour in Detours from api in TokenApis select Get(Base + string.Format(System.Globalization.CultureInfo.InvariantCulture, detour, api)),
        .. Disguises.Select(path => Get(Base + path)),
        .. Elsewhere.Select(target => Get(target)),
        .. Queries.Select(query => Get(Good + query)),
        .. Headers.Select(header => Get(Good, header)),
        .. Users().Select(user => $"GET {Good} HTTP/1.1\r\nHost: {Host}\r\nAuthorization: Bearer {Key}\r\nConnection: close\r\n{user}\r\n\r\n"),
        .. Methods().Select(line => line + Rest()),
        .. Smuggled(),
    ];

    private IEnumerable<string> Users() =>
    [
        "X-Lark-Open-Id:", "X-Lark-Open-Id: *", $"X-Lark-Open-Id: {OpenId},{Other}", $"X-Lark-Open-Id: {OpenId} {Other}", $"X-Lark-Open-Id: {OpenId}\0", $"X-Lark-Open-Id: {OpenId}%00", $"X-Lark-Open-Id: {OpenId}/../{Other}", $"X-Lark-Open-Id: {OpenId}|{Other}",
        $"X-Lark-Open-Id: {OpenId}\r\nX-Lark-Open-Id: {Other}", $"X-Lark-Open-Id: {Other}\r\nx-lark-open-id: {OpenId}", $"X_Lark_Open_Id: {Other}", $"X-Lark-Open-Id: OU_{OpenId[3..]}", "X-Lark-Open-Id: ou_' OR 1=1 --", $"X-Lark-Open-Id: {new string('a', 9000)}",
    ];

    private static IEnumerable<string> Methods() =>
    [
        $"CONNECT {Good} HTTP/1.1\r\n", $"TRACE {Good} HTTP/1.1\r\n", $"OPTIONS {Good} HTTP/1.1\r\n", $"HEAD {Good} HTTP/1.1\r\n", $"PROPFIND {Good} HTTP/1.1\r\n", $"GET {Good} HTTP/0.9\r\n", $"GET {Good} HTTP/1.0 \r\n", $"GET  {Good} HTTP/1.1\r\n",
        $"GET {Good}\tHTTP/1.1\r\n", $"GET {Good} HTTP/2.0\r\n", $" GET {Good} HTTP/1.1\r\n", $"GE\0T {Good} HTTP/1.1\r\n", $"GET {Good} HTTP/1.1\r\nGET {Good} HTTP/1.1\r\n",
    ];

    // What is hidden in a body names no caller: it may come to nothing, but never to a call.
    private IEnumerable<string> Smuggled()
    {
        var hidden = $"GET {Base}thing/v1/smuggled HTTP/1.1\r\nHost: {Host}\r\nX-Lark-Open-Id: {Other}\r\n\r\n";
        var chunk = $"{hidden.Length:x}\r\n{hidden}\r\n0\r\n\r\n";
        foreach (var framing in (string[])
        [
            $"Content-Length: {chunk.Length}\r\nTransfer-Encoding: chunked", $"Transfer-Encoding: chunked\r\nContent-Length: 4", "Content-Length: 4\r\nTransfer-Encoding: chunked", "Content-Length: 4\r\nContent-Length: 100", "Content-Length: 4, 100",
            "Content-Length: -1", "Content-Length: +4", "Content-Length: 0x4", "Content-Length: 4 4", "Content-Length: 99999999999999999999", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "Transfer-Encoding : chunked", "Transfer-Encoding:\tchunked\r\nContent-Length: 4", "Transfer-Encoding: chunk\0ed", "Transfer-Encoding: \"chunked\"", "Content-Length:\r\n 4", "Transfer-Encoding: gzip, chunked",
        ])
        {
            yield return $"POST {Good} HTTP/1.1\r\n{Rest(framing)}{chunk}";
        }

        foreach (var body in (string[])["5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n" + hidden, "5;ext=\"\r\nhello\r\n0\r\n\r\n" + hidden, "-5\r\nhello\r\n", "fffffffffffffffff\r\nhello\r\n", "5\nhello\n0\n\n" + hidden, "5\r\nhello0\r\n\r\n", "0\r\n\r\n" + hidden])
        {
            yield return $"POST {Good} HTTP/1.1\r\n{Rest("Transfer-Encoding: chunked", close: false)}{body}";
        }
    }

    private string Get(string target, string? header = null) => $"GET {target} HTTP/1.1\r\n{Rest(header)}";

    private string Rest(string? header = null, bool close = true) =>
        $"{(header?.StartsWith("Host:", StringComparison.Ordinal) == true ? "" : $"Host: {Host}\r\n")}Authorization: Bearer {Key}\r\nX-Lark-Open-Id: {OpenId}\r\n{(header is null ? "" : header + "\r\n")}{(close ? "Connection: close\r\n" : "")}\r\n";
}
