namespace LarkService.Grants;

/// <summary>A grant as callers of the API see it. No token.</summary>
/// <param name="AppId">To which app.</param>
/// <param name="OpenId">Whose, as that app sees them.</param>
/// <param name="UnionId">The same person across the apps of one publisher.</param>
/// <param name="UserId">The same person in their company, where the app may know it.</param>
/// <param name="Name">What they are called.</param>
/// <param name="Status"><c>active</c>, <c>reauthorization_required</c> (only the person can renew it) or <c>revoked</c>.</param>
/// <param name="Scopes">What was granted.</param>
/// <param name="GrantedAt">When they last agreed.</param>
/// <param name="AccessTokenExpiresAt">It is renewed before that.</param>
/// <param name="RefreshTokenExpiresAt">Until then it can be renewed.</param>
/// <param name="LastUsedAt">When a call was last made in their name.</param>
internal sealed record GrantView(
    string AppId, string OpenId, string? UnionId, string? UserId, string Name, string Status, IReadOnlyList<string> Scopes,
    DateTimeOffset GrantedAt, DateTimeOffset? AccessTokenExpiresAt, DateTimeOffset? RefreshTokenExpiresAt, DateTimeOffset? LastUsedAt)
{
    public static GrantView Of(UserGrant grant) => new(
        grant.AppId, grant.OpenId, grant.UnionId, grant.UserId, grant.Name, grant.Status.Word(),
        [.. grant.Scopes], grant.GrantedAt, grant.AccessExpiresAt, grant.RefreshExpiresAt, grant.LastUsedAt);
}
