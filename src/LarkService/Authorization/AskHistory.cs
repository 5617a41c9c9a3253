using LarkService.Data;
using LarkService.Grants;
using Microsoft.EntityFrameworkCore;

namespace LarkService.Authorization;

/// <summary>What happened with a user so far, as far as it decides whether and how they are asked now.</summary>
internal sealed record AskHistory
{
    /// <summary>The sliding window of <see cref="AuthorizationOptions.RequestsPerMinutePerUser"/>.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>Refusals that count; a user who declines more often within the cooldown has said enough.</summary>
    private const int MostRefusals = 50;

    public UserGrant? Grant { get; init; }

    /// <summary>Sessions that wait for the user, newest first.</summary>
    public IReadOnlyList<AuthorizationSession> Pending { get; init; } = [];

    /// <summary>Sessions whose time is over, but which nobody has ended yet.</summary>
    public IReadOnlyList<AuthorizationSession> Overdue { get; init; } = [];

    /// <summary>When sessions of the ask's kind (the user's own wishes, or other people's) began within the window, newest first; no more than the limit.</summary>
    public IReadOnlyList<DateTimeOffset> Asked { get; init; } = [];

    /// <summary>The session whose card the asker wants to have, as it is now.</summary>
    public AuthorizationSession? CardOf { get; init; }

    /// <summary>The newest session within the cooldown that nobody had asked for expressly. Read for automatic asks only, like what follows.</summary>
    public AuthorizationSession? LastAutomatic { get; init; }

    /// <summary>The newest session within the cooldown that has ended, not by a refusal, and still shows itself on a card.</summary>
    public AuthorizationSession? LastCard { get; init; }

    /// <summary>Sessions the user declined within the cooldown, newest first.</summary>
    public IReadOnlyList<AuthorizationSession> Declined { get; init; } = [];

    /// <summary>Reads what there is; in the caller's transaction it is what everybody else has committed.</summary>
    public static async Task<AskHistory> ReadAsync(LarkDbContext db, ConsentAsk ask, AuthorizationOptions options, DateTimeOffset now, CancellationToken ct)
    {
        var (appId, openId) = (ask.User.AppId, ask.User.OpenId);
        var mine = db.Set<AuthorizationSession>().AsNoTracking().Where(s => s.AppId == appId && s.OpenId == openId);
        var byUser = ask.Origin == SessionOrigin.Chat;
        var open = await mine.Where(s => s.State == SessionState.Pending).OrderByDescending(s => s.CreatedAt).ToListAsync(ct);
        var cardOf = ask.CardOf?.SessionId;
        var history = new AskHistory
        {
            Grant = await db.Set<UserGrant>().AsNoTracking().SingleOrDefaultAsync(g => g.AppId == appId && g.OpenId == openId, ct),
            Pending = open.FindAll(s => s.ExpiresAt > now),
            Overdue = open.FindAll(s => s.ExpiresAt <= now),
            Asked = await mine.Where(s => s.CreatedAt > now - Window && (s.Origin == SessionOrigin.Chat) == byUser)
                .OrderByDescending(s => s.CreatedAt).Take(options.RequestsPerMinutePerUser).Select(s => s.CreatedAt).ToListAsync(ct),
            CardOf = cardOf is null ? null : await mine.SingleOrDefaultAsync(s => s.SessionId == cardOf, ct),
        };
        return ask.Origin.IsAutomatic() ? await history.WithCooldownAsync(mine, options, now, ct) : history;
    }

    private async Task<AskHistory> WithCooldownAsync(IQueryable<AuthorizationSession> mine, AuthorizationOptions options, DateTimeOffset now, CancellationToken ct)
    {
        var since = now - options.CardCooldown;
        var begun = since - AuthorizationOptions.LongestLifetime; // what was declined lately may have been asked long before
        return this with
        {
            // A card that was not sent has bothered nobody.
            LastAutomatic = await mine
                .Where(s => s.CreatedAt > since && (s.Origin == SessionOrigin.Call || s.Origin == SessionOrigin.Renewal)
                    && s.ErrorCode != SessionErrors.CardNotSent && (s.State != SessionState.Pending || s.MessageId != null))
                .OrderByDescending(s => s.CreatedAt).FirstOrDefaultAsync(ct),
            LastCard = await mine
                .Where(s => s.CreatedAt > since && s.MessageId != null
                    && (s.State == SessionState.Authorized || s.State == SessionState.Expired || s.State == SessionState.Failed || (s.State == SessionState.Pending && s.ExpiresAt <= now)))
                .OrderByDescending(s => s.CreatedAt).FirstOrDefaultAsync(ct),
            Declined = await mine
                .Where(s => s.CreatedAt > begun && s.State == SessionState.Declined && s.CompletedAt > since)
                .OrderByDescending(s => s.CompletedAt).Take(MostRefusals).ToListAsync(ct),
        };
    }
}
