using System.Buffers;
using System.Globalization;
using System.Text.Unicode;
using Microsoft.AspNetCore.WebUtilities;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>
/// Where a call may go: read from the request's target as it came over the wire, before anybody decoded or shortened it. What is
/// let through reads the same to whoever decodes it once, twice or not at all, so no server behind us takes it for another path.
/// </summary>
/// <param name="Path">From <c>/open-apis/</c> on, byte for byte.</param>
/// <param name="Query">With its question mark, byte for byte; empty when there is none.</param>
internal readonly record struct ProxyPath(string Path, string Query)
{
    /// <summary>What stands before <c>/open-apis/</c> here.</summary>
    public const string Prefix = "/api/v1/lark";

    private const string OpenApis = "/open-apis/";
    private const string PlainCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private static readonly SearchValues<char> InService = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    private static readonly SearchValues<char> InSegment = SearchValues.Create(PlainCharacters + "!$&'()*+,=:@%");
    private static readonly SearchValues<byte> NotEscaped = SearchValues.Create([.. System.Text.Encoding.ASCII.GetBytes(PlainCharacters + "/\\%;")]);
    private static readonly string[] TokenServices = ["authen", "auth"];
    private static readonly string[] TokenParameters = ["access_token", "user_access_token", "tenant_access_token", "app_access_token"];

    /// <param name="rawTarget">The target of the request line.</param>
    /// <param name="path">What may be called.</param>
    /// <returns>Null; else why it may not be called.</returns>
    public static string? FaultIn(string rawTarget, out ProxyPath path)
    {
        path = default;
        if (!rawTarget.StartsWith(Prefix + OpenApis, StringComparison.Ordinal))
        {
            return $"The path must be written as {Prefix}{OpenApis}…, without a host before it and without detours.";
        }

        var query = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var end = query < 0 ? rawTarget.Length : query;
        if (FaultIn(rawTarget.AsSpan((Prefix + OpenApis).Length..end)) is { } fault)
        {
            return fault;
        }

        path = new(rawTarget[Prefix.Length..end], rawTarget[end..]);
        return null;
    }

    /// <returns>Null when the query may travel with a user's token; else what is wrong with it.</returns>
    public string? FaultInQuery()
    {
        if (Query.Length == 0)
        {
            return null;
        }

        if (Query.AsSpan().ContainsAnyExceptInRange('!', '~') || Query.Contains('#', StringComparison.Ordinal) || Query.Contains("%00", StringComparison.Ordinal))
        {
            return "The query holds a character that belongs escaped, a fragment, or an escaped NUL.";
        }

        foreach (var parameter in new QueryStringEnumerable(Query))
        {
            var name = parameter.DecodeName();
            foreach (var token in TokenParameters)
            {
                if (name.Span.Equals(token, StringComparison.OrdinalIgnoreCase))
                {
                    return $"The query holds '{token}'. Name the user by {CallTarget.OpenIdHeader}: the token is put in here.";
                }
            }
        }

        return null;
    }

    private static string? FaultIn(ReadOnlySpan<char> rest)
    {
        for (var isService = true; ; isService = false)
        {
            var slash = rest.IndexOf('/');
            var segment = slash < 0 ? rest : rest[..slash];
            if ((isService ? FaultInService(segment) : FaultInSegment(segment)) is { } fault)
            {
                return fault;
            }

            if (slash < 0)
            {
                return null;
            }

            rest = rest[(slash + 1)..];
        }
    }

    private static string? FaultInService(ReadOnlySpan<char> segment)
    {
        if (segment.IsEmpty || segment.ContainsAnyExcept(InService))
        {
            return $"Behind {OpenApis} stands the name of a service: letters, digits, - and _, none of them escaped.";
        }

        if (segment.Equals("open-apis", StringComparison.OrdinalIgnoreCase))
        {
            return $"The path holds {OpenApis} twice.";
        }

        foreach (var service in TokenServices)
        {
            if (segment.Equals(service, StringComparison.OrdinalIgnoreCase))
            {
                return $"{OpenApis}{service}/… hands out tokens, and those stay in here. Ask for consent with POST /api/v1/authorizations; GET /api/v1/grants/{{openId}} tells who a user is.";
            }
        }

        return null;
    }

    private static string? FaultInSegment(ReadOnlySpan<char> segment)
    {
        if (segment.Trim('.').IsEmpty)
        {
            return "The path has an empty segment, or one of dots only.";
        }

        if (segment.IndexOfAnyExcept(InSegment) is >= 0 and var odd)
        {
            return string.Create(CultureInfo.InvariantCulture, $"The path holds the character U+{(int)segment[odd]:X4}, which has no place in one.");
        }

        return segment.Contains('%') ? FaultInEscapes(segment) : null;
    }

    // What is escaped must be something that has to be: a letter or a dot in disguise has another purpose.
    private static string? FaultInEscapes(ReadOnlySpan<char> segment)
    {
        var bytes = new byte[segment.Length];
        var length = 0;
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] != '%')
            {
                bytes[length++] = (byte)segment[i];
                continue;
            }

            if (i + 2 >= segment.Length || !byte.TryParse(segment.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
            {
                return "The path holds a % that begins no escape.";
            }

            if (escaped is < 0x20 or 0x7f || NotEscaped.Contains(escaped))
            {
                return $"The path holds {segment.Slice(i, 3)}: control characters, slashes, backslashes, % and ; may not be escaped in it, and what needs no escape is written plainly.";
            }

            bytes[length++] = escaped;
            i += 2;
        }

        return Utf8.IsValid(bytes.AsSpan(0, length)) ? null : "The path holds escapes that are no UTF-8.";
    }
}
