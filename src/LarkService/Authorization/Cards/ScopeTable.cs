using LarkService.Messaging;
using LarkService.Platform;

namespace LarkService.Authorization.Cards;

/// <summary>What a scope lets the app do, in a sentence, for every scope this product itself asks for.</summary>
internal static class ScopeTable
{
    private static readonly LocalizedText TalkToAily = new(
        "Talk to the AI assistant for you and read its answers", "代表你与 AI 助手对话并读取回答", "あなたに代わって AI アシスタントと対話し、回答を読む");

    private static readonly LocalizedText ReadMinutes = new("Read your meeting minutes", "查看你的妙记", "あなたの議事録を読む");

    private static readonly LocalizedText ReadFiles = new("See and download files you may see in Drive", "查看和下载你有权访问的云空间文件", "あなたが閲覧できるドライブのファイルを表示・ダウンロードする");

    private static readonly LocalizedText BasicProfile = new("See your name and picture", "读取你的姓名和头像", "あなたの名前とアイコンを見る");

    private static readonly Dictionary<string, LocalizedText> Known = new(StringComparer.Ordinal)
    {
        [ScopeSet.OfflineAccess] = new("Stay authorized, so that you need not agree again each time", "保持授权，无需每次重新同意", "認可を維持し、毎回同意しなくても済むようにする"),
        ["auth:user.id:read"] = new("See your user ID", "读取你的用户 ID", "あなたのユーザー ID を見る"),

        ["aily:session:read"] = TalkToAily,
        ["aily:session:write"] = TalkToAily,
        ["aily:message:read"] = TalkToAily,
        ["aily:message:write"] = TalkToAily,
        ["aily:run:read"] = TalkToAily,
        ["aily:run:write"] = TalkToAily,
        ["aily:skill:read"] = new("See the AI assistant's skills", "查看 AI 助手的技能", "AI アシスタントのスキルを見る"),
        ["aily:skill:write"] = new("Use the AI assistant's skills for you", "代表你使用 AI 助手的技能", "あなたに代わって AI アシスタントのスキルを使う"),
        ["aily:knowledge:ask"] = new("Ask the AI assistant's knowledge base for you", "代表你向 AI 知识库提问", "あなたに代わって AI のナレッジベースに質問する"),
        ["aily:data_asset:read"] = new("See the AI assistant's knowledge files", "查看 AI 助手的知识文件", "AI アシスタントのナレッジファイルを見る"),
        ["aily:data_asset:write"] = new("Change the AI assistant's knowledge files for you", "代表你管理 AI 助手的知识文件", "あなたに代わって AI アシスタントのナレッジファイルを変更する"),
        ["aily:data_asset:upload_file"] = new("Add files to the AI assistant's knowledge for you", "代表你向 AI 助手上传知识文件", "あなたに代わって AI アシスタントにナレッジファイルを追加する"),

        ["app_engine:apps:read"] = new("See which aPaaS apps you may use", "查看你可以使用的 aPaaS 应用", "あなたが使える aPaaS アプリを見る"),
        ["app_engine:workspace.table:read"] = new("See tables you may see in aPaaS workspaces", "查看你有权访问的 aPaaS 数据表", "あなたが閲覧できる aPaaS のテーブルを見る"),
        ["app_engine:workspace.table:write"] = new("Change tables you may change in aPaaS workspaces", "修改你有权修改的 aPaaS 数据表", "あなたが変更できる aPaaS のテーブルを変更する"),
        ["app_engine:workspace.table.record:read"] = new("Read records you may read in aPaaS workspaces", "读取你有权访问的 aPaaS 记录", "あなたが閲覧できる aPaaS のレコードを読む"),
        ["app_engine:workspace.table.record:write"] = new("Change records you may change in aPaaS workspaces", "修改你有权修改的 aPaaS 记录", "あなたが変更できる aPaaS のレコードを変更する"),
        ["app_engine:workspace.sql_commands:write"] = new("Run SQL for you in aPaaS workspaces", "代表你在 aPaaS 工作区执行 SQL", "あなたに代わって aPaaS のワークスペースで SQL を実行する"),

        ["minutes:minutes"] = new("Read and change your meeting minutes", "查看和管理你的妙记", "あなたの議事録を読み、変更する"),
        ["minutes:minutes:readonly"] = ReadMinutes,
        ["minutes:minutes.basic:read"] = ReadMinutes,
        ["minutes:minutes.artifacts:read"] = new("Read summaries and to-dos of your meeting minutes", "读取你的妙记的总结和待办", "あなたの議事録の要約と ToDo を読む"),
        ["minutes:minutes.transcript:export"] = new("Export transcripts of your meeting minutes", "导出你的妙记文字记录", "あなたの議事録の文字起こしをエクスポートする"),
        ["minutes:minutes.media:export"] = new("Download recordings of your meeting minutes", "下载你的妙记音视频", "あなたの議事録の録音・録画をダウンロードする"),
        ["minutes:minute:download"] = new("Download recordings and transcripts of your meeting minutes", "下载你的妙记音视频和文字记录", "あなたの議事録の録音・録画と文字起こしをダウンロードする"),
        ["minutes:minutes.search:read"] = new("Search your meeting minutes", "搜索你的妙记", "あなたの議事録を検索する"),
        ["minutes:minutes.statistics:read"] = new("See how often your meeting minutes were viewed", "查看你的妙记的访问统计", "あなたの議事録の閲覧数を見る"),
        ["minutes:minutes.upload:write"] = new("Make meeting minutes from your recordings", "将你的音视频转为妙记", "あなたの録音・録画から議事録を作成する"),

        ["drive:drive"] = new("See and change files you may change in Drive", "查看和管理你有权限的云空间文件", "あなたが編集できるドライブのファイルを表示・変更する"),
        ["drive:drive:readonly"] = ReadFiles,
        ["drive:file"] = new("Upload and download files in Drive for you", "代表你上传和下载云空间文件", "あなたに代わってドライブのファイルをアップロード・ダウンロードする"),
        ["drive:file:readonly"] = ReadFiles,
        ["drive:file:download"] = ReadFiles,
        ["drive:file:upload"] = new("Upload files to Drive for you", "代表你上传文件到云空间", "あなたに代わってドライブにファイルをアップロードする"),
        ["drive:drive.metadata:readonly"] = new("See names and owners of your files in Drive", "查看你的云空间文件的名称和所有者等信息", "あなたのドライブのファイル名や所有者などの情報を見る"),
        ["docs:document.media:download"] = new("Download pictures and attachments of documents you may see", "下载你有权访问的文档中的图片和附件", "あなたが閲覧できるドキュメントの画像や添付ファイルをダウンロードする"),
        ["docs:document.media:upload"] = new("Add pictures and attachments to documents for you", "代表你向文档上传图片和附件", "あなたに代わってドキュメントに画像や添付ファイルを追加する"),
        ["docx:document"] = new("Make and change documents for you", "代表你创建和编辑文档", "あなたに代わってドキュメントを作成・編集する"),
        ["docx:document:create"] = new("Make new documents for you", "代表你创建文档", "あなたに代わってドキュメントを作成する"),
        ["docx:document:readonly"] = new("Read documents you may read", "查看你有权访问的文档", "あなたが閲覧できるドキュメントを読む"),

        ["contact:contact.base:readonly"] = new("See who works in your company", "读取通讯录基本信息", "連絡先の基本情報を見る"),
        ["contact:user.base:readonly"] = BasicProfile,
        ["contact:user.basic_profile:readonly"] = BasicProfile,
        ["contact:user.email:readonly"] = new("See your e-mail address", "读取你的邮箱", "あなたのメールアドレスを見る"),
        ["contact:user.phone:readonly"] = new("See your phone number", "读取你的手机号", "あなたの電話番号を見る"),
        ["contact:user.employee:readonly"] = new("See your employee number and work e-mail", "读取你的工号和企业邮箱", "あなたの社員番号と会社のメールアドレスを見る"),
        ["contact:user.employee_id:readonly"] = new("See your user ID in your company", "读取你在企业内的用户 ID", "社内でのあなたのユーザー ID を見る"),

        ["im:message.send_as_user"] = new("Send messages in your name", "以你的身份发送消息", "あなたの名義でメッセージを送る"),
        ["im:message"] = new("Read and send messages in your chats", "读取和发送你的聊天消息", "あなたのチャットのメッセージを読み、送信する"),
        ["im:message:readonly"] = new("Read messages in your chats", "读取你的聊天消息", "あなたのチャットのメッセージを読む"),
    };

    public static IReadOnlyCollection<string> Scopes => Known.Keys;

    /// <returns>Null for a scope that is known by the platform's name only.</returns>
    public static LocalizedText? Find(string scope) => Known.GetValueOrDefault(scope);
}
