using LarkService.Platform.OpenApi;

namespace LarkService.Platform;

/// <summary>
/// Tells the operators what only an administrator can change in an app's set-up and no user can help with: once for an app and a
/// matter in a day, however many people and calls meet it. Replicas that meet it within the same hour are told of once.
/// </summary>
internal sealed partial class AppSetupAlerts(IOperatorAlerts alerts, TimeProvider clock, ILogger<AppSetupAlerts> logger)
{
    /// <summary>Beyond so many matters in a day all is told already; a platform that names new scopes for ever fills no memory.</summary>
    public const int MostTold = 1000;

    private static readonly TimeSpan Again = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _told = new(StringComparer.Ordinal);

    /// <summary>Where the console enables these scopes for the app.</summary>
    public static Uri ConsolePage(LarkApp app, IEnumerable<string> scopes) =>
        new(app.Brand.Open(), $"/app/{app.AppId}/auth?q={string.Join(',', scopes.Select(Uri.EscapeDataString)).Replace("%3A", ":", StringComparison.Ordinal)}");

    /// <summary>The platform says that the app lacks a scope (99991672, or 20027 of the consent page).</summary>
    /// <param name="app">Which app.</param>
    /// <param name="error">What the platform said; any one of the scopes it names suffices.</param>
    public void ScopeMissing(LarkApp app, PlatformError error)
    {
        var scopes = ScopeSet.Of(error.Scopes);
        var page = ConsolePage(app, scopes);
        var names = scopes.Count == 0 ? ("a scope the platform does not name", "平台未指明的权限", "プラットフォームが示していない権限") : (string.Join(" or ", scopes), string.Join(" 或 ", scopes), string.Join(" または ", scopes));
        Tell(app, $"scopes {scopes}", new(
            AlertKind.Trouble,
            new($"{app.AppId} lacks a scope", $"{app.AppId} 缺少权限", $"{app.AppId} に権限が不足しています"),
            new(
                $"Calls on users' behalf are refused: the app itself lacks {names.Item1}. No user can help. Enable it and publish a version: {page}",
                $"应用本身未开通{names.Item2}，以用户名义的调用被拒绝，用户无法解决。请在开发者后台开通并发布版本：{page}",
                $"アプリ自体に{names.Item3}がないため、ユーザーに代わる呼び出しが拒否されています。ユーザーには解決できません。開発者コンソールで有効にし、バージョンを公開してください：{page}"),
            clock.GetUtcNow())
        {
            Detail = error.ToString(),
        });
    }

    /// <summary>A user agreed, <c>offline_access</c> was asked for, and the answer holds no refresh token.</summary>
    /// <param name="app">Which app.</param>
    /// <param name="granted">What the answer says was granted.</param>
    public void NoRefreshToken(LarkApp app, ScopeSet granted)
    {
        var has = granted.Contains(ScopeSet.OfflineAccess);
        Tell(app, $"no refresh token, {ScopeSet.OfflineAccess} {has}", new(
            AlertKind.Trouble,
            new($"{app.AppId} gets no refresh tokens", $"{app.AppId} 未获得 refresh_token", $"{app.AppId} は refresh_token を取得できません"),
            has
                ? new(
                    "Users agree, but their authorization ends with the first access token, after two hours or so. Switch on \"refresh user_access_token\" in the developer console (Security Settings) and publish a version; users then agree once more.",
                    "用户已授权，但授权会随首个 access token（约两小时）失效。请在开发者后台“安全设置”中打开“刷新 user_access_token”开关并发布版本，之后用户需再授权一次。",
                    "ユーザーは許可していますが、認可は最初の access token（約 2 時間）で終わります。開発者コンソールの「セキュリティ設定」で user_access_token の更新を有効にし、バージョンを公開してください。その後、ユーザーはもう一度許可する必要があります。")
                : new(
                    $"Users agree, but their authorization ends with the first access token, after two hours or so. Enable the scope {ScopeSet.OfflineAccess} ({ConsolePage(app, [ScopeSet.OfflineAccess])}), switch on \"refresh user_access_token\" (Security Settings) and publish a version; users then agree once more.",
                    $"用户已授权，但授权会随首个 access token（约两小时）失效。请开通权限 {ScopeSet.OfflineAccess}（{ConsolePage(app, [ScopeSet.OfflineAccess])}），在“安全设置”中打开“刷新 user_access_token”开关并发布版本，之后用户需再授权一次。",
                    $"ユーザーは許可していますが、認可は最初の access token（約 2 時間）で終わります。権限 {ScopeSet.OfflineAccess}（{ConsolePage(app, [ScopeSet.OfflineAccess])}）を有効にし、「セキュリティ設定」で user_access_token の更新を有効にして、バージョンを公開してください。その後、ユーザーはもう一度許可する必要があります。"),
            clock.GetUtcNow()));
    }

    /// <summary>People open the consent page, and nothing ever comes back from it.</summary>
    /// <param name="app">Which app.</param>
    /// <param name="people">How many, one after the other.</param>
    /// <param name="scopes">What the last of them was asked for.</param>
    public void PageUnanswered(LarkApp app, int people, ScopeSet scopes) => Tell(app, $"no answer from the page for {scopes}", new(
        AlertKind.Trouble,
        new($"{app.AppId}: nobody comes back from the consent page", $"{app.AppId}：用户打开授权页后没有结果", $"{app.AppId}：認可ページから誰も戻ってきません"),
        new(
            $"{people} people in a row opened the consent page, and nothing came back. It may show an error: 20027 means that a scope is not enabled for the app, 20029 that the redirect address is not registered (Security Settings, Redirect URLs). Asked for: {scopes}. Look at {ConsolePage(app, scopes)}",
            $"连续 {people} 位用户打开授权页后没有结果。页面可能显示错误：20027 表示应用未开通某项权限，20029 表示重定向 URL 未登记（安全设置 > 重定向 URL）。请求的权限：{scopes}。请查看 {ConsolePage(app, scopes)}",
            $"{people} 人が続けて認可ページを開きましたが、結果が届いていません。ページにエラーが表示されている可能性があります。20027 はアプリで有効になっていない権限があること、20029 はリダイレクト URL が登録されていないこと（セキュリティ設定 > リダイレクト URL）を意味します。要求した権限：{scopes}。{ConsolePage(app, scopes)} を確認してください"),
        clock.GetUtcNow()));

    private void Tell(LarkApp app, string matter, OperatorAlert alert)
    {
        var key = $"{app.AppId}: {matter}";
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_told.TryGetValue(key, out var at) && now - at < Again)
            {
                return;
            }

            if (_told.Count >= MostTold)
            {
                _told.Where(t => now - t.Value >= Again).ToList().ForEach(old => _told.Remove(old.Key));
            }

            if (_told.Count >= MostTold)
            {
                return;
            }

            _told[key] = now;
        }

        Log.Told(logger, alert.Title.En, alert.Words.En);
        alerts.Tell(alert with { Key = key });
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Title}. {Words}")]
        public static partial void Told(ILogger logger, string title, string words);
    }
}
