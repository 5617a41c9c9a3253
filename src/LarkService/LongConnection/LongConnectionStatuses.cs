using LarkService.Platform;
using Microsoft.Extensions.Options;

namespace LarkService.LongConnection;

/// <summary>The connections of all apps, as configured; empty when the long connection is switched off.</summary>
internal sealed class LongConnectionStatuses
{
    private TaskCompletionSource _change = NewChange();

    public LongConnectionStatuses(LarkApps apps, IOptions<LongConnectionOptions> options, TimeProvider clock)
    {
        var count = options.Value.Enabled ? options.Value.ConnectionsPerApp : 0;
        All = [.. apps.All.SelectMany(app => Enumerable.Range(1, count).Select(number => new ConnectionStatus(app.AppId, number, clock, Changed)))];
    }

    public IReadOnlyList<ConnectionStatus> All { get; }

    public bool AnyConnected => All.Any(status => status.IsConnected);

    public IEnumerable<ConnectionStatus> Of(string appId) => All.Where(status => status.AppId == appId);

    /// <summary>Returns once <paramref name="reached"/> holds; it is asked now and after every change.</summary>
    public async Task WaitForAsync(Func<LongConnectionStatuses, bool> reached, CancellationToken ct)
    {
        while (true)
        {
            var change = Volatile.Read(ref _change);
            if (reached(this))
            {
                return;
            }

            await change.Task.WaitAsync(ct);
        }
    }

    private void Changed() => Interlocked.Exchange(ref _change, NewChange()).TrySetResult();

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
