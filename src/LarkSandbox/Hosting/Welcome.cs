using System.Text.Json.Nodes;

namespace LarkSandbox.Hosting;

/// <summary>What the launcher says.</summary>
internal static class Welcome
{
    public static string WithService(string sandboxUrl, string serviceUrl, DataFolder data, string firstUser) => $"""

          LarkSandbox is running:   {sandboxUrl}

          1. Open it: that is a chat with the bot.
          2. Ask the bot something, for example "Summarise: we ship on Friday, tests are green, docs are late."
          3. Press Authorize on the card, allow it, and watch the answer arrive.

          LarkService   {serviceUrl}   (how it is: {serviceUrl}/health)
          Its log       {data.ServiceLog}
          REST API      curl -H "Authorization: Bearer $(cat '{data.BootstrapKeyFile}')" {serviceUrl}/api/v1/grants
                        curl -H "Authorization: Bearer $(cat '{data.BootstrapKeyFile}')" -H 'Content-Type: application/json' \
                             -d '{Json.Write(new JsonObject { ["openId"] = firstUser })}' {serviceUrl}/api/v1/authorizations

          This platform lives in memory: after a restart it knows no earlier consent, and people are asked again.
          Ctrl+C stops both.

        """;

    public static string Alone(string sandboxUrl, SandboxOptions options, DataFolder data) => $"""

          LarkSandbox is running alone:   {sandboxUrl}

          Point an SDK or a service at it:
            domain       {sandboxUrl}
            app id       {options.AppId}
            app secret   {options.AppSecret}   (kept in {Path.Combine(data.Root, "app.secret")})

          This platform lives in memory: it forgets everything when it stops. Ctrl+C stops it.

        """;

    /// <summary>One line for programs.</summary>
    public static string Ready(string sandboxUrl, string? serviceUrl, SandboxOptions options, DataFolder data, IEnumerable<string> openIds) => "READY " + Json.Write(new JsonObject
    {
        ["url"] = sandboxUrl,
        ["serviceUrl"] = serviceUrl,
        ["appId"] = options.AppId,
        ["appSecret"] = options.AppSecret,
        ["bootstrapKeyFile"] = data.BootstrapKeyFile,
        ["users"] = new JsonArray([.. openIds.Select(o => JsonValue.Create(o))]),
    });
}
