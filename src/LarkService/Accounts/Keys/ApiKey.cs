using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Accounts.Keys;

/// <summary>A key that a system calls the API with. The key itself is nowhere, only its hash.</summary>
internal sealed class ApiKey
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The part people and the service know it by; see <see cref="ApiKeyText"/>.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the whole key.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>See <see cref="PermissionList"/>.</summary>
    public required string Permissions { get; init; }

    /// <summary>Requests in any minute; null: as configured.</summary>
    public int? Quota { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The caller who made it.</summary>
    public required string CreatedBy { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Noted once a minute at most.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<ApiKey>
    {
        public void Configure(EntityTypeBuilder<ApiKey> key)
        {
            key.ToTable("api_keys");
            key.HasKey(k => k.Id);
            key.HasIndex(k => k.Prefix).IsUnique();
            key.Property(k => k.Name).HasMaxLength(100);
            key.Property(k => k.Prefix).HasMaxLength(ApiKeyText.PrefixLength);
            key.Property(k => k.Hash).HasMaxLength(32);
            key.Property(k => k.Permissions).HasMaxLength(500);
            key.Property(k => k.CreatedBy).HasMaxLength(64);
        }
    }
}
