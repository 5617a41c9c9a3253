namespace LarkService.Grants.Upkeep;

/// <summary>Somebody as the company's directory knows them now. What the app may not see is null; an empty text says as little.</summary>
internal sealed record Contact(string OpenId)
{
    public string? UnionId { get; init; }

    public string? UserId { get; init; }

    public string? Name { get; init; }

    public string? EnName { get; init; }

    public string? AvatarUrl { get; init; }

    public string? Email { get; init; }

    public string? Mobile { get; init; }

    /// <summary>Resigned, or left the company by their own act. Being frozen is no leaving: it may end.</summary>
    public bool HasLeft { get; init; }
}
