using LarkService.LongConnection;
using LarkService.Platform;
using Microsoft.Extensions.Options;

namespace LarkService.Events.Http;

/// <summary>Says at start by which ways events and clicks come in, and warns when by none.</summary>
internal sealed partial class HttpPushNotice(LarkApps apps, IOptions<LongConnectionOptions> longConnection, ILogger<HttpPushNotice> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var app in apps.All)
        {
            if (app.ReceivesOverHttp)
            {
                Log.Receives(logger, app.AppId, app.EncryptKey is not null ? "signed and encrypted" : "by verification token only; set an Encrypt Key to have them signed");
            }
            else if (!longConnection.Value.Enabled)
            {
                Log.Deaf(logger, app.AppId);
            }
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Pushes for {AppId} are also taken at POST /callback/lark/{AppId} ({How})")]
        public static partial void Receives(ILogger logger, string appId, string how);

        [LoggerMessage(2, LogLevel.Warning, "No event and no click can reach {AppId}: the long connection is switched off (LongConnection__Enabled) and the app has neither EncryptKey nor VerificationToken for pushes over HTTP")]
        public static partial void Deaf(ILogger logger, string appId);
    }
}
