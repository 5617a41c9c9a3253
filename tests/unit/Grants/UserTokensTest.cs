using LarkService.Grants;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Grants;

/// <summary>One user's tokens, and the calls that renew them.</summary>
public abstract class UserTokensTest : IDisposable
{
    private protected static readonly ScopeSet Basic = ScopeSet.Of("auth:user.id:read");
    private protected static readonly TimeSpan NearExpiry = TimeSpan.FromSeconds(7200 - 719);
    private protected readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    private protected IReadOnlyList<OpenPlatform.Call> Refreshes => _scene.Platform.To(OpenPlatform.Token);

    /// <summary>The token endpoint answers when told.</summary>
    private protected TaskCompletionSource<(int Status, string Body)> Held()
    {
        var answer = new TaskCompletionSource<(int Status, string Body)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _scene.Platform.When(OpenPlatform.Token, async (_, ct) => Response(await answer.Task.WaitAsync(ct)));
        return answer;
    }

    private protected static HttpResponseMessage Response((int Status, string Body) answer) => OpenPlatform.Response(answer.Status, answer.Body);

    private protected Task RefreshedAsync(long version) => Until.TrueAsync(async () => (await _scene.StoredAsync())!.Version == version);

    private protected Task<TokenOutcome> GetAsync(ScopeSet? scopes = null) => _scene.Tokens.GetAsync(Some.User, scopes ?? Basic, default).AsTask();

    private protected Task<TokenOutcome> ReplaceAsync(UserAccessToken refused) => _scene.Tokens.ReplaceAsync(Some.User, refused, Basic, default);

    private protected async Task<string> TokenAsync() => Assert.IsType<TokenOutcome.Issued>(await GetAsync()).Token.Value.Reveal();
}
