using System.Security.Claims;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace LarkService.Realtime;

/// <summary>One client's line: whose it is, what concerns it, and how much it was told and has not taken yet.</summary>
/// <param name="line">The hub's view of it.</param>
/// <param name="client">Speaks to it.</param>
/// <param name="endsAt">When what its caller proved themselves with runs out; null: it does not.</param>
internal sealed class LiveConnection(HubCallerContext line, IClientProxy client, DateTimeOffset? endsAt)
{
    /// <summary>So many events may wait for a client that takes none; with one more it is cut off.</summary>
    public const int MostWaiting = 100;

    /// <summary>So long a client may take to hear why it is cut off.</summary>
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> _groups = GroupsOf(line.User!);
    private int _waiting;
    private int _isCut;

    public string Id => line.ConnectionId;

    public string CallerId { get; } = line.User!.CallerId();

    public DateTimeOffset? EndsAt => endsAt;

    public static LiveConnection Of(HubCallerContext line, IClientProxy client) =>
        new(line, client, line.GetHttpContext()?.Features.Get<CallerUntil>()?.At);

    public bool IsIn(string group) => _groups.Contains(group);

    /// <summary>Does not wait for the client. What is begun for one that takes nothing is over when the transport loses patience.</summary>
    /// <param name="name">The event's.</param>
    /// <param name="arguments">What the client's handler gets.</param>
    /// <returns>False when the client is too slow, and is cut off now.</returns>
    public bool Send(string name, object?[] arguments)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return !Cut();
        }

        var sending = client.SendCoreAsync(name, arguments, CancellationToken.None);
        if (sending.IsCompleted)
        {
            Interlocked.Decrement(ref _waiting);
        }
        else
        {
            _ = sending.ContinueWith(_ => Interlocked.Decrement(ref _waiting), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return true;
    }

    /// <summary>Says why, and ends the line.</summary>
    /// <param name="why">For the client.</param>
    /// <param name="mayComeBack">A client that connects again by itself does so.</param>
    /// <param name="clock">For the bound.</param>
    public async Task EndAsync(LiveError why, bool mayComeBack, TimeProvider clock)
    {
        await client.SendCoreAsync(RealtimeHub.ErrorEvent, [why], CancellationToken.None)
            .WaitAsync(LastWord, clock, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (mayComeBack && line.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
        {
            lifetime.RequestClose();
        }
        else
        {
            Cut();
        }
    }

    /// <returns>True the first time.</returns>
    private bool Cut()
    {
        if (Interlocked.Exchange(ref _isCut, 1) != 0)
        {
            return false;
        }

        line.Abort();
        return true;
    }

    private static HashSet<string> GroupsOf(ClaimsPrincipal caller) => new(
        [LiveGroups.Everybody, LiveGroups.OfCaller(caller.CallerId()), .. caller.FindAll(Callers.PermissionClaim).Select(c => LiveGroups.OfPermission(c.Value))],
        StringComparer.Ordinal);
}
