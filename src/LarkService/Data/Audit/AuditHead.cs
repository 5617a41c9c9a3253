using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Data.Audit;

/// <summary>Where the audit log ends; the one row. Without it, rows cut off at the end would not show.</summary>
internal sealed class AuditHead
{
    /// <summary>What stands in for the row before the first.</summary>
    public static string Beginning { get; } = new('0', 64);

    public int Id { get; init; }

    /// <summary>The last row's number; 0: none yet.</summary>
    public long Number { get; init; }

    /// <summary>The last row's hash.</summary>
    public required string Hash { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<AuditHead>
    {
        public void Configure(EntityTypeBuilder<AuditHead> head)
        {
            head.ToTable("audit_head");
            head.HasKey(h => h.Id);
            head.Property(h => h.Id).ValueGeneratedNever();
            head.Property(h => h.Hash).HasMaxLength(64);
            head.HasData(new AuditHead { Id = 1, Number = 0, Hash = Beginning });
        }
    }
}
