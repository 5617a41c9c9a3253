namespace LarkService.Accounts.Keys;

/// <summary>A key that is wanted.</summary>
/// <param name="Name">For people: which system calls with it. At most 100 characters.</param>
/// <param name="Permissions">What it may do; none the caller lacks.</param>
/// <param name="ExpiresAt">Null: never.</param>
/// <param name="Quota">Requests in any minute; null: as configured.</param>
internal sealed record NewApiKey(string? Name, IReadOnlyList<string>? Permissions, DateTimeOffset? ExpiresAt = null, int? Quota = null)
{
    private const int LongestName = 100;

    /// <returns>Null when it can be made.</returns>
    public string? Fault(DateTimeOffset now) => this switch
    {
        _ when string.IsNullOrWhiteSpace(Name) || Name.Length > LongestName || Name.Any(char.IsControl) =>
            $"name is missing, longer than {LongestName} characters or holds control characters: say which system calls with this key.",
        { Permissions: null or { Count: 0 } } => "permissions is missing: name what the key may do, for example [\"calls.execute\"].",
        _ when PermissionList.Fault(Permissions!) is { } fault => fault,
        _ when ExpiresAt <= now => "expiresAt is past: give a time to come, or leave it out.",
        _ when Quota is < 1 or > ApiOptions.MostRequestsPerMinute => $"quota is {Quota}: it is requests in a minute, from 1 to {ApiOptions.MostRequestsPerMinute}.",
        _ => null,
    };
}

/// <summary>A new key, shown this once.</summary>
/// <param name="Id">Names it from now on.</param>
/// <param name="Key">What callers send.</param>
/// <param name="Prefix">What it can be recognised by.</param>
internal sealed record CreatedKeyView(Guid Id, string Key, string Prefix);

/// <summary>A key, without what makes it one.</summary>
/// <param name="Id">What it is asked for by.</param>
/// <param name="Name">Which system calls with it.</param>
/// <param name="Prefix">What it can be recognised by.</param>
/// <param name="Permissions">What it may do.</param>
/// <param name="Quota">Requests in any minute; null: as configured.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">By which caller.</param>
/// <param name="ExpiresAt">Null: never.</param>
/// <param name="LastUsedAt">Noted once a minute at most.</param>
/// <param name="RevokedAt">Null while it is good.</param>
internal sealed record ApiKeyView(
    Guid Id,
    string Name,
    string Prefix,
    IReadOnlyList<string> Permissions,
    int? Quota,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? RevokedAt)
{
    public static ApiKeyView Of(ApiKey key) => new(
        key.Id, key.Name, ApiKeyText.Mark + key.Prefix, PermissionList.Read(key.Permissions), key.Quota, key.CreatedAt, key.CreatedBy, key.ExpiresAt, key.LastUsedAt, key.RevokedAt);
}
