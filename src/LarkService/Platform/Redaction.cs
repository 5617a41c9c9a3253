using System.Text.RegularExpressions;

namespace LarkService.Platform;

/// <summary>
/// The last net under the logs. Nothing secret should get this far, because secrets travel as a type that prints itself as
/// <c>***</c>; this takes out what looks like one all the same: tokens by their shape, and query values by their name.
/// </summary>
internal static partial class Redaction
{
    public static string Clean(string text) => NamedValue().Replace(TokenShape().Replace(text, "***"), "$1***");

    /// <summary>JWT-like tokens, tokens with the platform's prefixes, and callers' own keys and refresh tokens.</summary>
    [GeneratedRegex(@"\blk[sr]_[A-Za-z0-9_]{20,}|eyJ[A-Za-z0-9_\-]{10,}(\.[A-Za-z0-9_\-]+)*|\b(?:t|u|ur|a|c)-[A-Za-z0-9_\-.]{20,}", RegexOptions.CultureInvariant)]
    private static partial Regex TokenShape();

    [GeneratedRegex(@"((?:ticket|access_key|token|secret|code|state|code_verifier|user_code|flow_id|device_code|Password|Pwd)=)[^&\s""';]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NamedValue();
}
