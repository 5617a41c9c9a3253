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
        if (await MayNotCallAnyMoreAsync(connection.CallerId))
        {
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

    // An account's token outlives the account. Where that cannot be looked up, the loop will find it later.
    private async Task<bool> MayNotCallAnyMoreAsync(string callerId)
    {
        try
        {
            return (await former.AmongAsync([callerId], Context.ConnectionAborted).WaitAsync(FormerCallerLoop.Look, clock)).Contains(callerId);
        }
        catch (Exception) when (!Context.ConnectionAborted.IsCancellationRequested)
        {
            return false;
        }
    }

    private static string TooMany => $"A caller may have {LiveConnections.MostOfOneCaller} connections to one replica, and all callers together {LiveConnections.Most}.";
}
