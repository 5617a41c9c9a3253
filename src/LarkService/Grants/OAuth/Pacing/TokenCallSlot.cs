using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Grants.OAuth.Pacing;

/// <summary>Calls to the token endpoint in one short stretch of time, of all replicas together.</summary>
internal sealed class TokenCallSlot
{
    public required string AppId { get; init; }

    /// <summary>Number of the stretch since 1970, by the database's clock.</summary>
    public long Slot { get; init; }

    public int Calls { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<TokenCallSlot>
    {
        public void Configure(EntityTypeBuilder<TokenCallSlot> slot)
        {
            slot.ToTable("token_calls");
            slot.HasKey(s => new { s.AppId, s.Slot });
            slot.Property(s => s.AppId).HasMaxLength(64);
        }
    }
}
