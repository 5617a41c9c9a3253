namespace LarkService.Authorization;

/// <summary>A call of the open platform that somebody means to make for a user.</summary>
/// <param name="Method">Such as <c>GET</c>.</param>
/// <param name="Path">With or without <c>/open-apis</c>, with ids or with names in their place.</param>
internal sealed record ApiCall(string? Method, string? Path)
{
    public const int MostAtOnce = 50;
    private const int LongestPath = 500;
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    /// <returns>Null when each can be looked up.</returns>
    public static string? FaultIn(IReadOnlyCollection<ApiCall?> calls)
    {
        if (calls.Count > MostAtOnce)
        {
            return $"calls has {calls.Count} entries: at most {MostAtOnce} are taken at once.";
        }

        return calls.Any(c => !IsWhole(c))
            ? $"calls: each entry is {{\"method\": one of {string.Join(", ", Methods)}, \"path\": \"/…\"}}, with a path of at most {LongestPath} characters."
            : null;
    }

    public override string ToString() => $"{Method} {Path}";

    private static bool IsWhole(ApiCall? call) =>
        Methods.Contains(call?.Method, StringComparer.OrdinalIgnoreCase) && call!.Path is ['/', ..] and { Length: <= LongestPath } path && !path.Any(char.IsControl);
}
