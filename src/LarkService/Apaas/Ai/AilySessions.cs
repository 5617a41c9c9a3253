using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.Apaas.Ai;

/// <summary>Finds the Aily session a conversation goes on in.</summary>
internal sealed partial class AilySessions(AilyClient aily, ILogger<AilySessions> log)
{
    /// <param name="user">Whose conversation it is.</param>
    /// <param name="known">The session it had; null when it is new.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The one it had if the platform still knows it, else a new one.</returns>
    public async Task<string> OpenAsync(UserKey user, string? known, CancellationToken ct)
    {
        if (known is not null)
        {
            try
            {
                await aily.GetSessionAsync(user, known, ct);
                return known;
            }
            catch (PlatformException refused) when (!refused.Error.IsTransient && refused.Error.Code != PlatformCodes.AppScopeMissing)
            {
                Log.SessionGone(log, known, refused.Error.Code);
            }
        }

        return await aily.CreateSessionAsync(user, ct);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Aily session {SessionId} is refused (code {Code}); the conversation goes on in a new one")]
        public static partial void SessionGone(ILogger logger, string sessionId, int code);
    }
}
