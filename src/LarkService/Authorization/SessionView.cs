namespace LarkService.Authorization;

/// <summary>A session as callers of the API see it.</summary>
/// <param name="SessionId">What it is asked for by.</param>
/// <param name="AppId">The app that asks.</param>
/// <param name="OpenId">Who is asked.</param>
/// <param name="State">All but <c>pending</c> are final.</param>
/// <param name="Flow">How the consent comes back: by the browser, or by asking the platform.</param>
/// <param name="Scopes">What they are asked for.</param>
/// <param name="Reason">What they read on the card; null for the usual words.</param>
/// <param name="MessageId">The card; null when none went out.</param>
/// <param name="ErrorCode">Why a failed one failed.</param>
/// <param name="CreatedAt">When they were asked.</param>
/// <param name="ExpiresAt">So long they may answer.</param>
/// <param name="CompletedAt">When it ended; null while it waits.</param>
internal sealed record SessionView(
    string SessionId, string AppId, string OpenId, string State, string Flow, IReadOnlyList<string> Scopes, string? Reason, string? MessageId,
    string? ErrorCode, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? CompletedAt)
{
    public static SessionView Of(AuthorizationSession s) => new(
        s.SessionId, s.AppId, s.OpenId, s.State.Word(), s.Flow.Word(), [.. s.Scopes], s.Reason, s.MessageId, s.ErrorCode, s.CreatedAt, s.ExpiresAt, s.CompletedAt);
}
