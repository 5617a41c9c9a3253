using LarkService.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Grants;

/// <summary>What we keep because a user agreed. One row for a user and an app, for ever; tokens only sealed.</summary>
internal sealed class UserGrant
{
    public Guid Id { get; init; }

    public required string AppId { get; init; }

    public required string OpenId { get; init; }

    public string? UnionId { get; set; }

    public string? UserId { get; set; }

    public string Name { get; set; } = "";

    public string? EnName { get; set; }

    public string? SealedEmail { get; set; }

    public string? SealedMobile { get; set; }

    public string? AvatarUrl { get; set; }

    public string? TenantKey { get; set; }

    public GrantStatus Status { get; set; }

    public ScopeSet Scopes { get; set; } = ScopeSet.Empty;

    public string? SealedAccessToken { get; set; }

    public DateTimeOffset? AccessExpiresAt { get; set; }

    /// <summary>What <see cref="AccessExpiresAt"/> was counted from; tells when under 10 % is left.</summary>
    public DateTimeOffset? AccessIssuedAt { get; set; }

    public string? SealedRefreshToken { get; set; }

    public DateTimeOffset? RefreshExpiresAt { get; set; }

    /// <summary>When the user agreed: the platform asks again 365 days later.</summary>
    public DateTimeOffset GrantedAt { get; set; }

    public string? RefreshLeaseOwner { get; set; }

    public DateTimeOffset? RefreshLeaseUntil { get; set; }

    /// <summary>Set before a refresh token is sent, cleared with its outcome: still there after a crash, it means "uncertain".</summary>
    public DateTimeOffset? RefreshStartedAt { get; set; }

    /// <summary>How the last refresh ended, see <see cref="RefreshResult"/>; null before the first. A change goes into the audit log.</summary>
    public string? RefreshOutcome { get; set; }

    /// <summary>When the user was told that day 365 comes near; null: not yet for this consent.</summary>
    public DateTimeOffset? EndAnnouncedAt { get; set; }

    /// <summary>Coarse: noted once an hour at most.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>Generation: grows with every change of tokens or status, so that a late answer never overwrites a newer one.</summary>
    public long Version { get; set; }

    public UserKey Key => new(AppId, OpenId);

    internal sealed class Mapping : IEntityTypeConfiguration<UserGrant>
    {
        // Tokens run to 2 KB and may reach 4 KB (platform docs); sealed and in base64 that is 5.5 KB.
        private const int SealedToken = 8192;

        public void Configure(EntityTypeBuilder<UserGrant> grant)
        {
            grant.ToTable("user_grants");
            grant.HasKey(g => g.Id);
            grant.Ignore(g => g.Key);
            grant.HasIndex(g => new { g.AppId, g.OpenId }).IsUnique();
            grant.HasIndex(g => new { g.Status, g.Id, g.AppId });        // lists of one status; and how many of each app are in use? without reading their rows
            grant.HasIndex(g => new { g.Status, g.AccessExpiresAt });
            grant.HasIndex(g => new { g.Status, g.RefreshExpiresAt });   // which must be kept alive?
            grant.HasIndex(g => new { g.Status, g.GrantedAt });          // which come to day 365?
            grant.HasIndex(g => new { g.Status, g.LastUsedAt });         // which does nobody need?
            grant.HasIndex(g => g.RefreshStartedAt).HasFilter("refresh_started_at IS NOT NULL"); // which were left in the midst of a refresh?
            grant.Property(g => g.Status).HasConversion(s => s.Word(), s => GrantStatusWords.Find(s)!.Value).HasMaxLength(32);
            grant.Property(g => g.Version).IsConcurrencyToken();
            grant.Property(g => g.AppId).HasMaxLength(64);
            grant.Property(g => g.OpenId).HasMaxLength(64);
            grant.Property(g => g.RefreshOutcome).HasMaxLength(32);
            grant.Property(g => g.SealedAccessToken).HasColumnName("access_token").HasMaxLength(SealedToken);
            grant.Property(g => g.SealedRefreshToken).HasColumnName("refresh_token").HasMaxLength(SealedToken);
            grant.Property(g => g.SealedEmail).HasColumnName("email").HasMaxLength(1024);
            grant.Property(g => g.SealedMobile).HasColumnName("mobile").HasMaxLength(512);
        }
    }
}
