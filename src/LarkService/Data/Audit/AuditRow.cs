using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Data.Audit;

/// <summary>One line of the audit log: who did what, on whose behalf, and how it ended. Never changed, never removed; the database refuses both.</summary>
internal sealed class AuditRow
{
    /// <summary>1, 2, 3 … without gaps.</summary>
    public long Number { get; init; }

    /// <summary>Whole milliseconds: both engines keep these, and the hash must come out the same.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Who did it: a caller's id, <c>user</c>, <c>platform</c>, <c>operator</c> or <c>service</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>See <see cref="AuditActions"/>.</summary>
    public required string Action { get; init; }

    public string? AppId { get; init; }

    /// <summary>On whose behalf.</summary>
    public string? OpenId { get; init; }

    public required string Result { get; init; }

    /// <summary>The platform's name for the call, for its support.</summary>
    public string? LogId { get; init; }

    /// <summary>Scopes, counts and the like; never a token or a secret.</summary>
    public string? Detail { get; init; }

    /// <summary>SHA-256 in hex over the row before's hash and everything above.</summary>
    public required string Hash { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<AuditRow>
    {
        public void Configure(EntityTypeBuilder<AuditRow> row)
        {
            row.ToTable("audit_log");
            row.HasKey(r => r.Number);
            row.Property(r => r.Number).ValueGeneratedNever();
            row.HasIndex(r => new { r.AppId, r.OpenId, r.Number }); // what happened to this user?
            row.Property(r => r.Actor).HasMaxLength(128);
            row.Property(r => r.Action).HasMaxLength(64);
            row.Property(r => r.AppId).HasMaxLength(64);
            row.Property(r => r.OpenId).HasMaxLength(64);
            row.Property(r => r.Result).HasMaxLength(64);
            row.Property(r => r.LogId).HasMaxLength(128);
            row.Property(r => r.Detail).HasMaxLength(2000);
            row.Property(r => r.Hash).HasMaxLength(64);
        }
    }
}
