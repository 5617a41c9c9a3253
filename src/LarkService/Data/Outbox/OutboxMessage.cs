using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Data.Outbox;

/// <summary>
/// Something that must happen after a transaction, once it has committed: written in that transaction, carried out afterwards,
/// also by another process when this one dies. It holds no secret.
/// </summary>
internal sealed class OutboxMessage
{
    /// <summary>Grows with time: messages of one <see cref="Key"/> are carried out in this order.</summary>
    public long Id { get; init; }

    /// <summary>Who carries it out.</summary>
    public required string Subscriber { get; init; }

    /// <summary>What it is about; one message of a key is in work at a time.</summary>
    public required string Key { get; init; }

    /// <summary>JSON, as its publisher wrote it.</summary>
    public required string Payload { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not before this time: now, the time of the next try, or the end of the lease of whoever works on it.</summary>
    public required DateTimeOffset DueAt { get; set; }

    public int Attempts { get; set; }

    /// <summary>Given up after too many tries; kept for an operator to see.</summary>
    public bool Dead { get; set; }

    /// <summary>Type of the last exception.</summary>
    public string? LastError { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<OutboxMessage>
    {
        public void Configure(EntityTypeBuilder<OutboxMessage> builder)
        {
            builder.ToTable("outbox_messages");
            builder.HasKey(m => m.Id);
            builder.Property(m => m.Subscriber).HasMaxLength(100);
            builder.Property(m => m.Key).HasMaxLength(200);
            builder.Property(m => m.LastError).HasMaxLength(200);
            builder.HasIndex(m => m.DueAt).HasFilter("NOT dead");     // the loop's question: what is due?
            builder.HasIndex(m => new { m.DueAt, m.Dead });           // which were given up long ago?
            builder.HasIndex(m => new { m.Subscriber, m.Key, m.Id }); // and: is an older one of its key still waiting?
        }
    }
}
