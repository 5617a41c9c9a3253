using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Webhooks;

/// <summary>One notice for one target, until it has arrived or is given up.</summary>
internal sealed class WebhookDelivery
{
    /// <summary>Grows with time: notices about one user go out in this order.</summary>
    public long Number { get; init; }

    /// <summary>What receivers tell repetitions by.</summary>
    public required string Id { get; init; }

    /// <summary>The notice; others may be told of it, too.</summary>
    public required string NoticeId { get; init; }

    public required string Type { get; init; }

    /// <summary>The target.</summary>
    public required string Url { get; init; }

    public required string AppId { get; init; }

    public required string OpenId { get; init; }

    /// <summary>JSON, as it is posted.</summary>
    public required string Body { get; init; }

    public string State { get; set; } = DeliveryState.Pending;

    /// <summary>Tries begun.</summary>
    public int Attempts { get; set; }

    /// <summary>The next try, or the end of the lease of whoever is at it; when it was over, once it is.</summary>
    public required DateTimeOffset DueAt { get; set; }

    /// <summary>Who is at it.</summary>
    public string? LeaseOwner { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Why the last try failed, in few words.</summary>
    public string? LastError { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<WebhookDelivery>
    {
        private const string Waiting = "state = 'pending'";

        public void Configure(EntityTypeBuilder<WebhookDelivery> delivery)
        {
            delivery.ToTable("webhook_deliveries");
            delivery.HasKey(d => d.Number);
            delivery.HasIndex(d => d.Id).IsUnique();
            delivery.HasIndex(d => new { d.Url, d.DueAt }).HasFilter(Waiting);                     // the loop's question: what is due?
            delivery.HasIndex(d => new { d.Url, d.AppId, d.OpenId, d.Number }).HasFilter(Waiting); // and: does an older one of the user wait?
            delivery.HasIndex(d => new { d.State, d.DueAt, d.Id });                                // lists, and what is old
            delivery.Property(d => d.Id).HasMaxLength(40).IsRequired();
            delivery.Property(d => d.NoticeId).HasMaxLength(40);
            delivery.Property(d => d.Type).HasMaxLength(40);
            delivery.Property(d => d.Url).HasMaxLength(500);
            delivery.Property(d => d.AppId).HasMaxLength(64);
            delivery.Property(d => d.OpenId).HasMaxLength(64);
            delivery.Property(d => d.State).HasMaxLength(16);
            delivery.Property(d => d.LeaseOwner).HasMaxLength(32);
            delivery.Property(d => d.LastError).HasMaxLength(100);
        }
    }
}

/// <summary>Where a delivery stands; words of the database and of the API.</summary>
internal static class DeliveryState
{
    public const string Pending = "pending";
    public const string Delivered = "delivered";

    /// <summary>Given up after the last try; kept for an operator to see and to replay.</summary>
    public const string Dead = "dead";

    public static IReadOnlyList<string> All { get; } = [Pending, Delivered, Dead];
}
