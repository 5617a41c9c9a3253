namespace LarkSandbox.Chat;

/// <summary>The scopes the demo app has enabled, and what the consent page says about a scope.</summary>
internal static class ScopeCatalog
{
    private static readonly (string Scope, string En, string Zh)[] Known =
    [
        ("offline_access", "Keep access while you are away", "在你离开时保持访问权限"),
        ("auth:user.id:read", "Know who you are (your user ids)", "获取你的用户身份标识"),
        ("auth:user_access_token:read", "Be told when you revoke access", "接收授权撤销通知"),
        ("contact:contact.base:readonly", "See who works in your company", "获取通讯录基本信息"),
        ("contact:user.base:readonly", "Read your name and picture", "获取你的姓名和头像"),
        ("contact:user.email:readonly", "Read your e-mail address", "获取你的邮箱地址"),
        ("contact:user.phone:readonly", "Read your phone number", "获取你的手机号"),
        ("contact:user.employee:readonly", "Read your employee number and work e-mail", "获取你的工号和企业邮箱"),
        ("contact:user.employee_id:readonly", "Read your user id in this company", "获取你的企业用户 ID"),
        ("contact:user.basic_profile:readonly", "Read the names of people in your company", "获取企业成员姓名"),
        ("contact:user.id:readonly", "Find people by e-mail address or phone number", "通过邮箱或手机号获取用户 ID"),
        ("im:message", "Read and send messages", "获取与发送消息"),
        ("im:message:send_as_bot", "Send messages as the bot", "以应用身份发消息"),
        ("im:message:update", "Update messages it sent", "更新已发送的消息"),
        ("im:message:recall", "Recall messages it sent", "撤回已发送的消息"),
        ("cardkit:card:write", "Create cards and change them while they grow", "创建与更新卡片"),
        ("im:message.send_as_user", "Send messages in your name", "以你的身份发送消息"),
        ("im:message.p2p_msg:readonly", "Read messages you send to the bot", "读取你发给机器人的消息"),
        ("im:message.group_at_msg:readonly", "Read group messages that mention the bot", "读取群里 @ 机器人的消息"),
        ("aily:session:read", "See your AI conversations", "查看你的 AI 会话"),
        ("aily:session:write", "Start and change AI conversations for you", "代你创建和修改 AI 会话"),
        ("aily:message:read", "Read the messages of your AI conversations", "读取你的 AI 会话消息"),
        ("aily:message:write", "Write to the AI for you", "代你向 AI 发送消息"),
        ("aily:run:read", "See the progress of AI answers", "查看 AI 运行状态"),
        ("aily:run:write", "Let the AI answer for you", "代你运行 AI"),
        ("aily:skill:read", "See the AI's skills", "查看 AI 技能"),
        ("aily:skill:write", "Use the AI's skills for you", "代你使用 AI 技能"),
        ("aily:knowledge:ask", "Ask the AI's knowledge for you", "代你查询 AI 知识"),
        ("minutes:minutes:readonly", "Read your minutes", "查看你的妙记"),
        ("minutes:minutes.transcript:export", "Export transcripts of your minutes", "导出你的妙记文字记录"),
        ("app_engine:workspace.sql_commands:write", "Run SQL in your workspaces", "在你的工作空间中执行 SQL"),
        ("app_engine:workspace.table:read", "See the tables of your workspaces", "查看你的工作空间数据表"),
        ("app_engine:workspace.table.record:read", "Read records of your workspaces", "读取你的工作空间记录"),
        ("app_engine:workspace.table.record:write", "Change records of your workspaces", "修改你的工作空间记录"),
        ("app_engine:application.function:write", "Call functions of your applications", "调用你的应用函数"),
        ("app_engine:flow:write", "Run flows of your applications", "执行你的应用流程"),
        ("app_engine:object.record:read", "Read records of your applications", "读取你的应用记录"),
        ("app_engine:object.record:write", "Change records of your applications", "修改你的应用记录"),
        ("drive:drive", "See, change and add your files", "查看、编辑和管理你的云空间文件"),
        ("drive:drive:readonly", "See and download your files", "查看和下载你的云空间文件"),
        ("drive:file:upload", "Upload files for you", "代你上传文件"),
        ("drive:file:download", "Download files for you", "代你下载文件"),
        ("docs:document.media:upload", "Add pictures and attachments to your documents", "上传图片和附件到你的云文档"),
        ("docs:document.media:download", "Download pictures and attachments of your documents", "下载你云文档中的图片和附件"),
    ];

    public static IReadOnlyList<string> Default { get; } = [.. Known.Select(k => k.Scope)];

    public static (string En, string Zh) InWords(string scope)
    {
        var known = Known.FirstOrDefault(k => k.Scope == scope);
        return known.Scope is null ? ($"Use “{scope}” for you", $"代你使用“{scope}”权限") : (known.En, known.Zh);
    }
}
