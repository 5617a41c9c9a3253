using System.Collections.Concurrent;
using System.Security.Claims;
using LarkService.Platform.Http;
using LarkService.Realtime;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;

namespace LarkService.UnitTests.Realtime;

/// <summary>A client's line without a client: what it was told is kept, and it takes no more when told so.</summary>
internal sealed class FakeLine : HubCallerContext, IClientProxy, IConnectionLifetimeNotificationFeature
{
    private readonly TaskCompletionSource _read = new();

    public FakeLine(string caller, params string[] permissions)
    {
        User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, caller), .. permissions.Select(p => new Claim(Callers.PermissionClaim, p))], "test"));
        Features.Set<IConnectionLifetimeNotificationFeature>(this);
    }

    public ConcurrentQueue<(string Name, object? Data)> Told { get; } = new();

    /// <summary>The client reads nothing any more.</summary>
    public bool IsStuck { get; set; }

    public bool WasCut { get; private set; }

    public bool WasAskedToComeBack { get; private set; }

    public override string ConnectionId { get; } = Guid.NewGuid().ToString("N");

    public override string? UserIdentifier => null;

    public override ClaimsPrincipal User { get; }

    public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override CancellationToken ConnectionAborted => CancellationToken.None;

    public CancellationToken ConnectionClosedRequested { get; set; }

    public LiveConnection Open(DateTimeOffset? endsAt = null) => new(this, this, endsAt);

    public override void Abort() => WasCut = true;

    public void RequestClose() => WasAskedToComeBack = true;

    /// <summary>The client reads what waited for it.</summary>
    public void Read()
    {
        IsStuck = false;
        _read.SetResult();
    }

    public Task SendCoreAsync(string method, object?[] args, CancellationToken cancellationToken = default)
    {
        Told.Enqueue((method, args.Single()));
        return IsStuck ? _read.Task : Task.CompletedTask;
    }
}
