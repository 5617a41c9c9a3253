using System.Text;
using LarkService.Accounts;
using LarkService.Accounts.SignIn;
using LarkService.Apaas;
using LarkService.Apaas.Ai;
using LarkService.Apaas.Ai.Rest;
using LarkService.Apaas.Applications;
using LarkService.Apaas.Workspaces;
using LarkService.Authorization;
using LarkService.Authorization.Cards;
using LarkService.Authorization.Chat;
using LarkService.Data;
using LarkService.Events;
using LarkService.Events.Http;
using LarkService.Events.Inbox;
using LarkService.Grants;
using LarkService.Hosting.OpenApi;
using LarkService.Hosting.Schedule;
using LarkService.LongConnection;
using LarkService.Messaging;
using LarkService.Monitoring;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.OnBehalfOf.Proxy;
using LarkService.Platform;
using LarkService.Realtime;
using LarkService.Webhooks;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;

namespace LarkService.Hosting;

/// <summary>Puts the service together: one line a feature, one line a handler, one line an endpoint group.</summary>
internal static class ServiceHost
{
    private const string DefaultUrl = "http://127.0.0.1:8080";
    private const long MaxRequestBytes = 1024 * 1024;

    /// <param name="args">Configuration from the command line, <c>--Key:Sub=value</c>.</param>
    /// <param name="adjust">For tests: more configuration or services, after everything else.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        // The binary's own folder holds appsettings.json; the working directory holds .env and data.
        // The name says whose Razor Pages are served, whichever program this runs in.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(ServiceHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        AddDotEnv(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1; // byte for byte, as the proxy gets them from the platform
        });
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            // The framework takes this one from the real environment only; in .env it must work as well.
            builder.WebHost.UseUrls(builder.Configuration["ASPNETCORE_URLS"] is { Length: > 0 } urls ? urls : DefaultUrl);
        }

        builder.AddMonitoring();
        AddFeatures(builder.Services);
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.ListenOnMetricsPort();
        MapEverything(app);
        return app;
    }

    private static void AddFeatures(IServiceCollection services)
    {
        services.AddPlatform();
        services.AddData();
        services.AddAccounts();
        services.AddRealtime();
        services.AddMessaging();
        services.AddLongConnection();
        services.AddGrants();
        services.AddAuthorizationSessions();
        services.AddOnBehalfOf();
        services.AddApaas();
        services.AddAi();
        services.AddEvents()
            .OnEvent<RevokedOnPlatform>(RevokedOnPlatform.EventType)
            .OnEvent<UserLeft>(UserLeft.EventType)
            .OnCardAction<AuthorizeClick>(CardActions.Open)
            .OnCardAction<DeclineClick>(CardActions.Decline)
            .OnCardAction<RenewClick>(CardActions.Renew)
            .OnCardAction<RevokeClick>(CardActions.Revoke)
            .OnCardAction<AskAgainClick>(CardActions.AskAgain)
            .OnCommand<Help>(Help.Command)
            .OnCommand<ShowAuthorization>(ShowAuthorization.Command)
            .OnCommand<RevokeAuthorization>(RevokeAuthorization.Command)
            .OnMessage<Conversation>();
        services.AddWebhooks();
        services.AddBridges();
        services.AddWebhookNews();
        services.AddRealtimeNews();
        services.AddSchedule();
        services.AddHttpEdge();
        services.AddApiDocument();
    }

    private static void MapEverything(WebApplication app)
    {
        app.UseHttpEdge();
        app.UseMetricsPort();
        app.UseTokenInQuery();
        app.UseApiPage();
        app.UseCallers();
        app.UseIdempotencyKeys();
        app.MapHealth();
        app.MapMetrics();
        app.MapAuthorizationSessions();
        app.MapGrants();
        app.MapTokens().AddEndpointFilter<RouteGroupBuilder, AccountsAsTheyAre>();
        app.MapOperations();
        app.MapProxy();
        app.MapWorkspaces();
        app.MapApplications();
        app.MapAi();
        app.MapEvents();
        app.MapWebhooks();
        app.MapCallers();
        app.MapRealtime();
        app.MapHttpPushes();
        app.MapApiDocument();
        app.MapRazorPages();
    }

    private static void AddDotEnv(ConfigurationManager configuration)
    {
        var sources = ((IConfigurationBuilder)configuration).Sources;
        var place = sources.ToList().FindIndex(s => s is EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        sources.Insert(place < 0 ? sources.Count : place, new MemoryConfigurationSource { InitialData = DotEnv.Read(Path.Combine(Environment.CurrentDirectory, ".env")) });
    }
}
