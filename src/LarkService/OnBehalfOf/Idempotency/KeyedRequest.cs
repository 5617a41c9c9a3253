using LarkService.Data;
using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.OnBehalfOf.Idempotency;

/// <summary>A request that came with an <c>Idempotency-Key</c>: in work, or over with its answer kept.</summary>
internal sealed class KeyedRequest
{
    /// <summary>SHA-256 over caller, method, path and key.</summary>
    public required string Id { get; init; }

    public required string CallerId { get; init; }

    /// <summary>SHA-256 over all that must be the same when the key comes again.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Who carries it out; null once it is over.</summary>
    public string? LeaseOwner { get; set; }

    public DateTimeOffset LeaseUntil { get; set; }

    /// <summary>Sealed; null while it is in work, and when the answer was too large to keep.</summary>
    public string? SealedAnswer { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<KeyedRequest>
    {
        public void Configure(EntityTypeBuilder<KeyedRequest> request)
        {
            request.ToTable("idempotency_keys");
            request.HasKey(r => r.Id);
            request.HasIndex(r => r.CreatedAt); // which were kept long enough?
            request.Property(r => r.Id).HasMaxLength(64);
            request.Property(r => r.CallerId).HasMaxLength(128);
            request.Property(r => r.Fingerprint).HasMaxLength(64);
            request.Property(r => r.LeaseOwner).HasMaxLength(32);
            request.Property(r => r.SealedAnswer).HasColumnName("answer");
        }
    }

    /// <summary>Keys that have had their day.</summary>
    internal sealed class Old : IOldRows
    {
        public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

        public string Name => "idempotency keys";

        public Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct)
        {
            var before = now - Kept;
            return db.Set<KeyedRequest>().Where(r => r.CreatedAt <= before).OrderBy(r => r.CreatedAt).Take(atMost).ExecuteDeleteAsync(ct);
        }
    }
}
