using LarkSandbox.Im;

namespace LarkSandbox.Aily;

/// <summary>What each Aily call needs.</summary>
internal static class AilyRules
{
    public static readonly ApiRule ReadSession = Rule("aily:session:read");
    public static readonly ApiRule WriteSession = Rule("aily:session:write");
    public static readonly ApiRule ReadMessage = Rule("aily:message:read");
    public static readonly ApiRule WriteMessage = Rule("aily:message:write");
    public static readonly ApiRule ReadRun = Rule("aily:run:read");
    public static readonly ApiRule WriteRun = Rule("aily:run:write");

    private static ApiRule Rule(string scope) => new(scope, TakesUserToken: true, [scope]);
}
