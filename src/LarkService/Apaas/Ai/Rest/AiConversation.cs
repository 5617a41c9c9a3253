using LarkService.Data;
using LarkService.Data.Tidying;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>
/// A conversation that another system holds for a user, and how far its latest question is: which Aily session, which run, who reads the
/// answer. The words of question and answer are not kept; Aily has them.
/// </summary>
internal sealed class AiConversation
{
    /// <summary>Ours, random; the only name that leaves the service.</summary>
    public required string Id { get; init; }

    public required string AppId { get; init; }

    public required string OpenId { get; init; }

    /// <summary>Who holds it: nobody else finds it.</summary>
    public required string CallerId { get; init; }

    public required string AilySessionId { get; init; }

    /// <summary>The latest question.</summary>
    public required string TurnId { get; init; }

    public required DateTimeOffset TurnStartedAt { get; init; }

    /// <summary>Its run; null before it is started.</summary>
    public string? RunId { get; init; }

    /// <summary>Nobody has seen the end of its run.</summary>
    public bool TurnIsOpen { get; init; }

    /// <summary>Who reads its answer: whoever reads it later takes the place, and the earlier one has nothing to say any more.</summary>
    public required string Reader { get; init; }

    /// <summary>The process of the reader.</summary>
    public string? BusyOwner { get; init; }

    /// <summary>So long no other question may be asked; null: one may.</summary>
    public DateTimeOffset? BusyUntil { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UsedAt { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<AiConversation>
    {
        public void Configure(EntityTypeBuilder<AiConversation> conversation)
        {
            conversation.ToTable("ai_conversations");
            conversation.HasKey(c => c.Id);
            conversation.HasIndex(c => c.TurnId); // who goes on reading?
            conversation.HasIndex(c => c.UsedAt); // which are old?
            conversation.Property(c => c.Id).HasMaxLength(64);
            conversation.Property(c => c.AppId).HasMaxLength(64);
            conversation.Property(c => c.OpenId).HasMaxLength(64);
            conversation.Property(c => c.CallerId).HasMaxLength(128);
            conversation.Property(c => c.AilySessionId).HasMaxLength(100);
            conversation.Property(c => c.TurnId).HasMaxLength(32);
            conversation.Property(c => c.RunId).HasMaxLength(100);
            conversation.Property(c => c.Reader).HasMaxLength(32);
            conversation.Property(c => c.BusyOwner).HasMaxLength(32);
        }
    }

    /// <summary>Conversations that nobody goes on with.</summary>
    internal sealed class Old : IOldRows
    {
        public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

        public string Name => "AI conversations";

        public Task<int> RemoveAsync(LarkDbContext db, DateTimeOffset now, int atMost, CancellationToken ct)
        {
            var before = now - Kept;
            return db.Set<AiConversation>().Where(c => c.UsedAt <= before).OrderBy(c => c.UsedAt).Take(atMost).ExecuteDeleteAsync(ct);
        }
    }
}
