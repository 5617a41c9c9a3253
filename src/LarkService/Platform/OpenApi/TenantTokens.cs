using System.Collections.Concurrent;

namespace LarkService.Platform.OpenApi;

/// <summary>
/// The app's own token (<c>tenant_access_token</c>), one per app. The platform hands out the same token until 30 minutes
/// before its end, then a new one while the old lives on: so we ask again only inside the last 30 minutes.
/// </summary>
internal sealed class TenantTokens(IHttpClientFactory http, LarkApps apps, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public async Task<Secret> GetAsync(string appId, CancellationToken ct)
    {
        var entry = _entries.GetOrAdd(appId, _ => new Entry());
        if (entry.Current is { } fresh && fresh.RenewAt > clock.GetUtcNow())
        {
            return fresh.Token;
        }

        await entry.OneAtATime.WaitAsync(ct);
        try
        {
            if (entry.Current is { } renewed && renewed.RenewAt > clock.GetUtcNow())
            {
                return renewed.Token;
            }

            entry.Current = await RenewAsync(apps.Get(appId), entry.Current, ct);
            return entry.Current.Token;
        }
        finally
        {
            entry.OneAtATime.Release();
        }
    }

    /// <summary>The platform refused this token: the next call asks for another, unless somebody has done so already.</summary>
    public void Refused(string appId, Secret token)
    {
        if (_entries.TryGetValue(appId, out var entry) && ReferenceEquals(entry.Current?.Token, token))
        {
            entry.Current = null;
        }
    }

    public void Dispose()
    {
        foreach (var entry in _entries.Values)
        {
            entry.OneAtATime.Dispose();
        }
    }

    private async Task<Held> RenewAsync(LarkApp app, Held? present, CancellationToken ct)
    {
        try
        {
            return await RequestAsync(app, ct);
        }
        catch (Exception e) when (e is HttpRequestException or PlatformException { Error.IsTransient: true } && present is not null && present.EndsAt > clock.GetUtcNow() + Margin)
        {
            // The platform is out of reach: what we hold is good to its end, so the next try can wait.
            return present with { RenewAt = clock.GetUtcNow() + Pause };
        }
    }

    private async Task<Held> RequestAsync(LarkApp app, CancellationToken ct)
    {
        using var client = http.CreateClient(OpenApiClient.HttpClientName);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.OpenBase, "/open-apis/auth/v3/tenant_access_token/internal"))
        {
            Content = JsonContent.Create(new { app_id = app.AppId, app_secret = app.AppSecret.Reveal() }),
        };
        request.MarkSafeToRepeat();
        using var response = await client.SendAsync(request, ct);
        var answer = (await PlatformAnswer.ReadAsync(response, ct)).ThrowIfRefused();
        var life = TimeSpan.FromSeconds(answer.Body.GetProperty("expire").GetInt32());
        var renewIn = life > RenewBefore + Margin ? life - RenewBefore : life * 0.5;
        var now = clock.GetUtcNow();
        return new Held(new Secret(answer.Body.GetProperty("tenant_access_token").GetString()!), now + renewIn, now + life);
    }

    private sealed record Held(Secret Token, DateTimeOffset RenewAt, DateTimeOffset EndsAt);

    private sealed class Entry
    {
        public SemaphoreSlim OneAtATime { get; } = new(1, 1);

        public Held? Current { get; set; }
    }
}
