using LarkService.Platform;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>A question whose run has been started, and whoever reads its answer.</summary>
/// <param name="User">In whose name.</param>
/// <param name="ConversationId">Ours.</param>
/// <param name="TurnId">The question.</param>
/// <param name="SessionId">Aily's.</param>
/// <param name="RunId">Aily's.</param>
/// <param name="Reader">Tells this reader from those that take the place later.</param>
/// <param name="Until">When patience ends.</param>
internal sealed record OpenTurn(UserKey User, string ConversationId, string TurnId, string SessionId, string RunId, string Reader, DateTimeOffset Until);
