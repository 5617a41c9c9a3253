using LarkService.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Authorization;

/// <summary>One attempt to get a person's consent, and the card that asks for it.</summary>
internal sealed class AuthorizationSession
{
    /// <summary>128 random bits.</summary>
    public required string SessionId { get; init; }

    public required string AppId { get; init; }

    /// <summary>Whose consent: nobody else's counts.</summary>
    public required string OpenId { get; init; }

    public required SessionFlow Flow { get; init; }

    public required SessionOrigin Origin { get; init; }

    public SessionState State { get; set; }

    public required ScopeSet Scopes { get; init; }

    /// <summary>Set while pending: the same request finds this session instead of making a second one (unique).</summary>
    public string? PendingKey { get; set; }

    /// <summary>SHA-256 of the <c>state</c> that is out with the link; null once it was used.</summary>
    public string? StateHash { get; set; }

    public string? SealedPkceVerifier { get; set; }

    public string? SealedDeviceCode { get; set; }

    /// <summary>The consent page for this session; sealed, because it carries the state or the user code.</summary>
    public string? SealedLink { get; set; }

    /// <summary>Seconds between polls, as the platform wants it now.</summary>
    public int PollSeconds { get; set; }

    public DateTimeOffset? NextPollAt { get; set; }

    /// <summary>When the user pressed <em>Authorize</em>.</summary>
    public DateTimeOffset? OpenedAt { get; set; }

    public string? MessageId { get; set; }

    public string? ChatId { get; set; }

    /// <summary>The card is in a group, visible to the user alone; such a card is replaced, not patched.</summary>
    public bool OnlyVisible { get; set; }

    /// <summary>What the consent is for, in the asker's words; plain text.</summary>
    public string? Reason { get; init; }

    public string? ReasonZh { get; init; }

    public string? ReasonJa { get; init; }

    /// <summary>The language to write the card in for every client (<c>zh_cn</c>, <c>en_us</c>, <c>ja_jp</c>); null lets each client pick its own.</summary>
    public string? Locale { get; init; }

    /// <summary>Lists every scope on the card instead of folding them away.</summary>
    public bool Detailed { get; init; }

    public string? ErrorCode { get; set; }

    /// <summary>How often somebody else agreed in place of the user.</summary>
    public int WrongPersonCount { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? CompletedAt { get; set; }

    public UserKey User => new(AppId, OpenId);

    internal sealed class Mapping : IEntityTypeConfiguration<AuthorizationSession>
    {
        public void Configure(EntityTypeBuilder<AuthorizationSession> session)
        {
            session.ToTable("authorization_sessions");
            session.HasKey(s => s.SessionId);
            session.Ignore(s => s.User);
            session.HasIndex(s => s.PendingKey).IsUnique();
            session.HasIndex(s => s.StateHash).IsUnique();
            session.HasIndex(s => new { s.AppId, s.OpenId, s.CreatedAt });   // how often was this user asked?
            session.HasIndex(s => new { s.CreatedAt, s.SessionId });         // the list, newest first
            session.HasIndex(s => new { s.State, s.CreatedAt, s.SessionId }); // the list of one state
            session.HasIndex(s => new { s.State, s.ExpiresAt });             // what has expired?
            session.HasIndex(s => new { s.State, s.NextPollAt });            // which device code is to be polled?
            session.Property(s => s.SessionId).HasMaxLength(32);
            session.Property(s => s.AppId).HasMaxLength(64);
            session.Property(s => s.OpenId).HasMaxLength(64);
            session.Property(s => s.State).HasConversion(s => s.Word(), s => Words.State(s)).HasMaxLength(16);
            session.Property(s => s.Flow).HasConversion(f => f.Word(), f => Words.Flow(f)).HasMaxLength(16);
            session.Property(s => s.Origin).HasConversion(o => o.Word(), o => Words.Origin(o)).HasMaxLength(16);
            session.Property(s => s.SealedPkceVerifier).HasColumnName("pkce_verifier").HasMaxLength(1024);
            session.Property(s => s.SealedDeviceCode).HasColumnName("device_code").HasMaxLength(8192);
            session.Property(s => s.SealedLink).HasColumnName("link").HasMaxLength(16384);
            session.Property(s => s.Reason).HasMaxLength(400);
            session.Property(s => s.ReasonZh).HasMaxLength(400);
            session.Property(s => s.ReasonJa).HasMaxLength(400);
            session.Property(s => s.Locale).HasMaxLength(8);
            session.Property(s => s.ErrorCode).HasMaxLength(64);
        }
    }
}
