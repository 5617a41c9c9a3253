using LarkService.Platform.Http;
using Microsoft.AspNetCore.SignalR;

namespace LarkService.Realtime;

/// <summary>Where clients connect to be told what happens. It takes nothing from them yet.</summary>
internal sealed class RealtimeHub(LiveConnections connections, IFormerCallers former, IHubContext<RealtimeHub> lines, IHostApplicationLifetime host, TimeProvider clock) : Hub
{
    public const string ErrorEvent = "error";
    public const string RefuseMethod = "refuse";

    public override async Task OnConnectedAsync()
    {
        var connection = LiveConnection.Of(Context, lines.Clients.Client(Context.ConnectionId));
        if ((await former.AmongAsync([connection.CallerId], Context.ConnectionAborted)).Contains(connection.CallerId))
        {
            // An account's token outlives the account.
            await connection.EndAsync(FormerCallerLoop.Gone, mayComeBack: false, clock);
        }
        else if (!connections.TryAdd(connection))
        {
            await connection.EndAsync(LiveError.Of(Problems.Of("rate-limited", StatusCodes.Status429TooManyRequests, "Too many connections", TooMany)), mayComeBack: false, clock);
        }
        else if (host.ApplicationStopping.IsCancellationRequested)
        {
            // Those who were here are being closed; one who comes in meanwhile would hold up the stop.
            await connection.EndAsync(LiveError.Of(Problems.Of("service-unavailable", StatusCodes.Status503ServiceUnavailable, "The service stops", "Connect again in a moment.")), mayComeBack: true, clock);
        }
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        connections.Remove(Context.ConnectionId);
        return Task.CompletedTask;
    }

    /// <summary>Where <see cref="ForgivingProtocol"/> leads what nobody here handles.</summary>
    /// <param name="target">What the client called; null: nothing that could be read.</param>
    /// <param name="isAwaited">The client waits for a result.</param>
    [HubMethodName(RefuseMethod)]
    public async Task RefuseAsync(string? target, bool isAwaited)
    {
        var error = LiveError.NotHandled(target);
        await Clients.Caller.SendAsync(ErrorEvent, error, Context.ConnectionAborted);
        if (isAwaited)
        {
            throw new HubException(error.Detail);
        }
    }

    private static string TooMany => $"A caller may have {LiveConnections.MostOfOneCaller} connections to one replica, and all callers together {LiveConnections.Most}.";
}
