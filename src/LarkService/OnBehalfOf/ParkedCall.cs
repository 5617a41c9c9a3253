using LarkService.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.OnBehalfOf;

/// <summary>Where work on somebody's behalf stands; the words are those of the API and the database.</summary>
internal static class ParkedCallState
{
    public const string WaitingForUser = "waiting_for_user";

    /// <summary>In work, or due to be.</summary>
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Declined = "declined";
    public const string Expired = "expired";

    /// <summary>It was or may have been sent, and nobody knows what came of it; repeating it might do it twice.</summary>
    public const string OutcomeUnknown = "outcome_unknown";
}

/// <summary>Work on somebody's behalf: kept before it is begun, so that it outlives the process, and until it is done or over.</summary>
internal sealed class ParkedCall
{
    public required string Id { get; init; }

    public required string Kind { get; init; }

    public required string AppId { get; init; }

    public required string OpenId { get; init; }

    /// <summary>Who made it over REST and may ask what became of it; null for work of the service's own.</summary>
    public string? CallerId { get; init; }

    public required string State { get; set; }

    /// <summary>The session that has to end before it goes on.</summary>
    public string? SessionId { get; set; }

    /// <summary>Sealed; gone when the work is over.</summary>
    public string? SealedPayload { get; set; }

    public required ScopeSet Scopes { get; init; }

    /// <summary>JSON of the <see cref="ConsentPlace"/>.</summary>
    public required string Place { get; init; }

    /// <summary>
    /// Not before this time: now, the time of the next try, or the end of the lease of whoever works on it. While it waits for its user: when
    /// its session must have ended, so that somebody asks should no word of it come.
    /// </summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>Who works on it; only they may write what became of it.</summary>
    public string? LeaseOwner { get; set; }

    /// <summary>The user was asked too often of late: <see cref="DueAt"/> is when they may be asked.</summary>
    public bool HeldBack { get; set; }

    /// <summary>The intent of a caller's operation: it was or may have been sent then for the first time, and what came of it is not known yet.</summary>
    public DateTimeOffset? SentAt { get; set; }

    /// <summary>Tries that failed.</summary>
    public int Attempts { get; set; }

    /// <summary>How often the user agreed, and it was not enough.</summary>
    public int Rounds { get; set; }

    /// <summary>Set when it will not be done, and why: a <see cref="ParkedCallEnd"/>. Until it has ended its runner has yet to say so to the user.</summary>
    public string? GiveUpAs { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>So long a caller's operation waits for the user; once it has ended, so long its answer is kept.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Sealed: what a caller's operation came to.</summary>
    public string? SealedAnswer { get; set; }

    public UserKey User => new(AppId, OpenId);

    internal sealed class Mapping : IEntityTypeConfiguration<ParkedCall>
    {
        public void Configure(EntityTypeBuilder<ParkedCall> call)
        {
            call.ToTable("parked_calls");
            call.HasKey(c => c.Id);
            call.Ignore(c => c.User);
            call.HasIndex(c => new { c.State, c.DueAt });                  // what is due?
            call.HasIndex(c => new { c.AppId, c.OpenId, c.Kind, c.State }); // is an older one of this user in work?
            call.HasIndex(c => c.SessionId);                               // what waits for this session?
            call.HasIndex(c => c.FinishedAt).HasFilter("caller_id IS NOT NULL"); // whose answer was kept long enough?
            call.Property(c => c.Id).HasMaxLength(100);
            call.Property(c => c.Kind).HasMaxLength(50);
            call.Property(c => c.AppId).HasMaxLength(64);
            call.Property(c => c.OpenId).HasMaxLength(64);
            call.Property(c => c.CallerId).HasMaxLength(128);
            call.Property(c => c.SessionId).HasMaxLength(32);
            call.Property(c => c.State).HasMaxLength(20);
            call.Property(c => c.LeaseOwner).HasMaxLength(32);
            call.Property(c => c.GiveUpAs).HasMaxLength(20);
            call.Property(c => c.SealedPayload).HasColumnName("payload");
            call.Property(c => c.SealedAnswer).HasColumnName("answer");
        }
    }
}
