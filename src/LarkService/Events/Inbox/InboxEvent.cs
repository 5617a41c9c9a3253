using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace LarkService.Events.Inbox;

/// <summary>
/// An event that was acknowledged, and must therefore not be lost; afterwards the proof that it was handled, for as long as the
/// platform may push it again.
/// </summary>
internal sealed class InboxEvent
{
    /// <summary>The platform's id: the same event is stored once.</summary>
    public required string EventId { get; init; }

    /// <summary>A second mark to tell events apart by, where the platform says that the id does not do; unique.</summary>
    public string? DedupeKey { get; init; }

    public required string AppId { get; init; }

    public required string EventType { get; init; }

    /// <summary>What must stay in order among itself: a chat, or a person. Its own once it has failed so often that nobody waits for it any more.</summary>
    public required string OrderingKey { get; set; }

    /// <summary>Order of arrival; grows within one process, and across replicas as well as their clocks agree.</summary>
    public required long Position { get; init; }

    /// <summary>The whole push as it came; null once handled, because people wrote it.</summary>
    public string? Payload { get; set; }

    public InboxState State { get; set; }

    /// <summary>Tries begun.</summary>
    public int Attempts { get; set; }

    /// <summary>While received: not before this time, be it the next try or the end of the lease of whoever works on it.</summary>
    public required DateTimeOffset DueAt { get; set; }

    /// <summary>The process that works on it; null when none does.</summary>
    public string? LeaseOwner { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was done or given up; from then on it is remembered for a while.</summary>
    public DateTimeOffset? HandledAt { get; set; }

    /// <summary>Type and message of the last exception.</summary>
    public string? LastError { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<InboxEvent>
    {
        public void Configure(EntityTypeBuilder<InboxEvent> builder)
        {
            builder.ToTable("inbox_events");
            builder.HasKey(e => e.EventId);
            builder.Property(e => e.EventId).HasMaxLength(Envelope.MaxEventId);
            builder.Property(e => e.DedupeKey).HasMaxLength(300);
            builder.Property(e => e.AppId).HasMaxLength(100);
            builder.Property(e => e.EventType).HasMaxLength(200);
            builder.Property(e => e.OrderingKey).HasMaxLength(300);
            builder.Property(e => e.LeaseOwner).HasMaxLength(50);
            builder.Property(e => e.LastError).HasMaxLength(InboxErrors.MaxLength);
            builder.Property(e => e.State).HasMaxLength(20).HasConversion<StateAsText>();
            builder.HasIndex(e => e.DedupeKey).IsUnique().HasFilter("dedupe_key IS NOT NULL");

            // None holds what a claim changes, so that claiming and renewing are cheap; done events are in the last one only.
            builder.HasIndex(e => new { e.OrderingKey, e.Position }).HasFilter("state = 'received'"); // what is first of each key?
            builder.HasIndex(e => new { e.Position }).HasFilter("state = 'dead'");                    // an operator's list
            builder.HasIndex(e => new { e.State, e.HandledAt }).HasFilter("handled_at IS NOT NULL");  // what may be forgotten?
        }
    }

    private sealed class StateAsText() : ValueConverter<InboxState, string>(state => Text(state), text => Enum.Parse<InboxState>(text, true));

    internal static string Text(InboxState state) => state switch
    {
        InboxState.Received => "received",
        InboxState.Done => "done",
        _ => "dead",
    };
}

/// <summary>Where a stored event stands.</summary>
internal enum InboxState
{
    /// <summary>To be handled, or being handled.</summary>
    Received,

    /// <summary>Handled; only the id is kept.</summary>
    Done,

    /// <summary>Given up after too many tries; kept for an operator.</summary>
    Dead,
}
