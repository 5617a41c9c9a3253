namespace LarkService.Authorization;

/// <summary>A session as callers of the API see it.</summary>
internal sealed record SessionView(
    string SessionId, string AppId, string OpenId, string State, string Flow, IReadOnlyList<string> Scopes, string? Reason, string? MessageId,
    string? ErrorCode, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? CompletedAt)
{
    public static SessionView Of(AuthorizationSession s) => new(
        s.SessionId, s.AppId, s.OpenId, s.State.Word(), s.Flow.Word(), [.. s.Scopes], s.Reason, s.MessageId, s.ErrorCode, s.CreatedAt, s.ExpiresAt, s.CompletedAt);
}
