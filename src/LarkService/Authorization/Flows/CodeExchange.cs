using LarkService.Grants.OAuth;
using LarkService.Grants.OAuth.Pacing;
using LarkService.Platform;
using Microsoft.Extensions.Options;

namespace LarkService.Authorization.Flows;

/// <summary>
/// Buys tokens for an authorization code. It works once and lives five minutes, and many may come at once: each waits for its turn at
/// the platform, and what passes is waited out.
/// </summary>
internal sealed class CodeExchange(SessionTurns turns, ConsentLinks links, OAuthClient oauth, LarkApps apps, IOptions<AuthorizationOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1)];
    private static readonly TimeSpan CodePatience = TimeSpan.FromMinutes(4);

    /// <param name="session">Our turn.</param>
    /// <param name="code">What came back with the browser.</param>
    /// <param name="ct">Ends it between two tries; the code is then as good as before.</param>
    /// <exception cref="TokenCallsBusyException">Nothing could be sent in all that time.</exception>
    public async Task<TokenAnswer> RunAsync(AuthorizationSession session, Secret code, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        for (var faults = 0; ;)
        {
            TokenAnswer? answer = null;
            try
            {
                answer = await TryAsync(session, code, ct);
            }
            catch (HttpRequestException) when (faults < Pauses.Length)
            {
                faults++; // it may have arrived; then the code is refused as used, and a fresh link helps
            }

            if (answer is TokenAnswer.Issued || answer is TokenAnswer.Refused { Error: var refused } && ExchangeVerdicts.For(refused) != ExchangeVerdict.Retry)
            {
                return answer;
            }

            // A code that was refused because too many came at once is not spent.
            if (answer is TokenAnswer.Refused { Error.IsRateLimit: false } && faults++ >= Pauses.Length || clock.GetElapsedTime(started) > CodePatience)
            {
                return answer ?? throw new TokenCallsBusyException("The code could not be exchanged in time.");
            }

            await Task.Delay(Pauses[Math.Clamp(faults - 1, 0, Pauses.Length - 1)], clock, ct);
            await turns.HoldAsync(session, SessionTurns.OfCode);
        }
    }

    /// <returns>Null when nothing could be sent for now.</returns>
    private async Task<TokenAnswer?> TryAsync(AuthorizationSession session, Secret code, CancellationToken ct)
    {
        try
        {
            return await oauth.ExchangeAsync(apps.Get(session.AppId), code, links.Verifier(session), options.Value.RedirectUri!, ct);
        }
        catch (TokenCallsBusyException)
        {
            return null;
        }
    }
}
