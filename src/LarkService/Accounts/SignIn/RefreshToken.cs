using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Accounts.SignIn;

/// <summary>What buys the next access token, once. All that follow from one sign-in are a family.</summary>
internal sealed class RefreshToken
{
    public required Guid Id { get; init; }

    /// <summary>SHA-256 of it; itself it is nowhere.</summary>
    public required string Hash { get; init; }

    public required Guid AccountId { get; init; }

    public required Guid Family { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>The family came to an end: somebody used one of it twice, or the password was changed.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<RefreshToken>
    {
        public void Configure(EntityTypeBuilder<RefreshToken> token)
        {
            token.ToTable("refresh_tokens");
            token.HasKey(t => t.Id);
            token.HasIndex(t => t.Hash).IsUnique();
            token.HasIndex(t => t.Family);
            token.HasIndex(t => t.AccountId);
            token.HasIndex(t => t.ExpiresAt); // what is old?
            token.Property(t => t.Hash).HasMaxLength(43);
        }
    }
}
