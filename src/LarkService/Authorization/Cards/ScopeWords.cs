using LarkService.Messaging;
using LarkService.Platform;

namespace LarkService.Authorization.Cards;

/// <summary>Scopes in words a person understands; the platform's own name for those we have no words for.</summary>
internal static class ScopeWords
{
    private static readonly LocalizedText TalkToAily = new("Talk to the AI assistant for you and read its answers", "代表你与 AI 助手对话并读取回答");

    private static readonly Dictionary<string, LocalizedText> Known = new(StringComparer.Ordinal)
    {
        [ScopeSet.OfflineAccess] = new("Stay authorized, so that you need not agree again each time", "保持授权，无需每次重新同意"),
        ["auth:user.id:read"] = new("See your user ID", "读取你的用户 ID"),
        ["aily:session:read"] = TalkToAily,
        ["aily:session:write"] = TalkToAily,
        ["aily:message:read"] = TalkToAily,
        ["aily:message:write"] = TalkToAily,
        ["aily:run:read"] = TalkToAily,
        ["aily:run:write"] = TalkToAily,
        ["aily:skill:read"] = new("See the AI assistant's skills", "查看 AI 助手的技能"),
        ["aily:skill:write"] = new("Use the AI assistant's skills for you", "代表你使用 AI 助手的技能"),
        ["aily:knowledge:ask"] = new("Ask the AI assistant's knowledge base for you", "代表你向 AI 知识库提问"),
        ["app_engine:workspace.table:read"] = new("See tables you may see in aPaaS workspaces", "查看你有权访问的 aPaaS 数据表"),
        ["app_engine:workspace.table.record:read"] = new("Read records you may read in aPaaS workspaces", "读取你有权访问的 aPaaS 记录"),
        ["app_engine:workspace.table.record:write"] = new("Change records you may change in aPaaS workspaces", "修改你有权修改的 aPaaS 记录"),
        ["app_engine:workspace.sql_commands:write"] = new("Run SQL for you in aPaaS workspaces", "代表你在 aPaaS 工作区执行 SQL"),
        ["minutes:minutes:readonly"] = new("Read your meeting minutes", "读取你的妙记"),
        ["minutes:minutes.transcript:export"] = new("Export transcripts of your meeting minutes", "导出你的妙记文字记录"),
        ["contact:user.email:readonly"] = new("See your e-mail address", "读取你的邮箱"),
        ["contact:user.phone:readonly"] = new("See your phone number", "读取你的手机号"),
        ["contact:user.employee_id:readonly"] = new("See your user ID in your company", "读取你在企业内的用户 ID"),
    };

    /// <summary>A markdown list, one line for each different thing.</summary>
    public static LocalizedText List(ScopeSet scopes)
    {
        var lines = scopes.Select(Of).Distinct().ToList();
        return new(string.Join('\n', lines.Select(l => "- " + l.En)), string.Join('\n', lines.Select(l => "- " + l.Zh)));
    }

    /// <summary>How many different things the list names.</summary>
    public static int Count(ScopeSet scopes) => scopes.Select(Of).Distinct().Count();

    private static LocalizedText Of(string scope) => Known.GetValueOrDefault(scope) ?? LocalizedText.Same($"`{scope}`");
}
