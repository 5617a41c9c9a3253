namespace LarkService.Grants.OAuth;

/// <summary>Who a user token belongs to (<c>authen/v1/user_info</c>). E-mail and mobile are unverified and need scopes of their own.</summary>
internal sealed record UserInfo(
    string OpenId, string? UnionId, string? UserId, string Name, string? EnName, string? AvatarUrl, string? Email, string? Mobile, string? TenantKey);
