namespace LarkSandbox.OAuth;

/// <summary>The token of an <c>Authorization: Bearer</c> header.</summary>
internal static class Bearer
{
    public static string? Of(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && header.Length > 7 ? header[7..].Trim() : null;
    }
}
