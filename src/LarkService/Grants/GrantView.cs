namespace LarkService.Grants;

/// <summary>A grant as callers of the API see it. No token.</summary>
internal sealed record GrantView(
    string AppId, string OpenId, string? UnionId, string? UserId, string Name, string Status, IReadOnlyList<string> Scopes,
    DateTimeOffset GrantedAt, DateTimeOffset? AccessTokenExpiresAt, DateTimeOffset? RefreshTokenExpiresAt, DateTimeOffset? LastUsedAt)
{
    public static GrantView Of(UserGrant grant) => new(
        grant.AppId, grant.OpenId, grant.UnionId, grant.UserId, grant.Name, grant.Status.Word(),
        [.. grant.Scopes], grant.GrantedAt, grant.AccessExpiresAt, grant.RefreshExpiresAt, grant.LastUsedAt);
}
