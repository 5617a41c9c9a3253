using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Grants.OAuth.Pacing;

/// <summary>The platform said "too many": nobody of this app calls the token endpoint before then.</summary>
internal sealed class TokenCallPause
{
    public required string AppId { get; init; }

    public DateTimeOffset Until { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<TokenCallPause>
    {
        public void Configure(EntityTypeBuilder<TokenCallPause> pause)
        {
            pause.ToTable("token_call_pauses");
            pause.HasKey(p => p.AppId);
            pause.Property(p => p.AppId).HasMaxLength(64);
        }
    }
}
