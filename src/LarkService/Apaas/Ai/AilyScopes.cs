using LarkService.Platform;

namespace LarkService.Apaas.Ai;

/// <summary>What a conversation with Aily needs from the user. Asked for together, so that one consent covers a whole answer.</summary>
internal static class AilyScopes
{
    public static ScopeSet All { get; } = ScopeSet.Of(
        "aily:session:write", "aily:session:read", "aily:message:write", "aily:message:read", "aily:run:write", "aily:run:read");
}
