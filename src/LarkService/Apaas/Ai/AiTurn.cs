using LarkService.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LarkService.Apaas.Ai;

/// <summary>
/// How far the answer to one question in chat has come, so that another process can take over at any step, and which Aily session
/// the conversation goes on in. The words of question and answer are not kept.
/// </summary>
internal sealed class AiTurn
{
    /// <summary>The message that asked (<c>om_…</c>).</summary>
    public required string MessageId { get; init; }

    public required string AppId { get; init; }

    public required string OpenId { get; init; }

    public required string ChatId { get; init; }

    /// <summary>Our card; null before it was sent, empty when the platform did not name it.</summary>
    public string? CardMessageId { get; set; }

    /// <summary>The id by which our card grows; null before it was asked for, empty when it is a card that cannot.</summary>
    public string? CardId { get; set; }

    public string? AilySessionId { get; set; }

    public string? AilyMessageId { get; set; }

    public string? RunId { get; set; }

    public AiTurnState State { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    public bool IsFinished => State is AiTurnState.Answered or AiTurnState.Failed;

    public static AiTurn Of(UserKey user, Question question, DateTimeOffset now) => new()
    {
        MessageId = question.MessageId,
        AppId = user.AppId,
        OpenId = user.OpenId,
        ChatId = question.ChatId,
        CreatedAt = now,
    };

    /// <summary>What was done in a session that is no more counts for nothing in another.</summary>
    public void MoveTo(string sessionId)
    {
        if (AilySessionId != sessionId)
        {
            (AilySessionId, AilyMessageId, RunId) = (sessionId, null, null);
        }
    }

    internal sealed class Mapping : IEntityTypeConfiguration<AiTurn>
    {
        public void Configure(EntityTypeBuilder<AiTurn> turn)
        {
            turn.ToTable("ai_turns");
            turn.HasKey(t => t.MessageId);
            turn.Ignore(t => t.IsFinished);
            turn.Property(t => t.MessageId).HasMaxLength(100);
            turn.Property(t => t.AppId).HasMaxLength(100);
            turn.Property(t => t.OpenId).HasMaxLength(100);
            turn.Property(t => t.ChatId).HasMaxLength(100);
            turn.Property(t => t.CardMessageId).HasMaxLength(100);
            turn.Property(t => t.CardId).HasMaxLength(64);
            turn.Property(t => t.AilySessionId).HasMaxLength(100);
            turn.Property(t => t.AilyMessageId).HasMaxLength(100);
            turn.Property(t => t.RunId).HasMaxLength(100);
            turn.Property(t => t.State).HasMaxLength(16).HasConversion(s => Enum.GetName(s)!.ToLowerInvariant(), s => Enum.Parse<AiTurnState>(s, true));
            turn.HasIndex(t => new { t.AppId, t.OpenId, t.ChatId, t.CreatedAt }); // the latest turn of a conversation
            turn.HasIndex(t => t.CreatedAt);                                     // which are old?
        }
    }
}

/// <summary>Where a turn is.</summary>
internal enum AiTurnState
{
    /// <summary>There is a session to ask in; the user sees nothing yet.</summary>
    Asked,

    /// <summary>The user sees that we are at it.</summary>
    Thinking,

    Answered,

    /// <summary>The user was told that there will be no answer.</summary>
    Failed,
}
