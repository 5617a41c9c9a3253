using LarkService.Data.Audit;
using LarkService.Platform;

namespace LarkService.OnBehalfOf;

/// <summary>
/// Tells the audit log who called what on whose behalf. Calls of one kind are counted in memory and written as one row every
/// few seconds: a row for each call would cost more than the call. A process that is killed takes those seconds with it; one that
/// is stopped writes them.
/// </summary>
internal sealed partial class CallAudit(AuditLog log, TimeProvider clock, ILogger<CallAudit> logger) : BackgroundService
{
    /// <summary>Kinds of calls in memory; when there are so many they are written at once, and what comes meanwhile is counted together.</summary>
    public const int MostKinds = 10_000;

    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private const int RowsAtOnce = 256;
    private const string Various = "various";
    private readonly Lock _gate = new();
    private readonly CallAuditSignal _full = new();
    private Dictionary<Kind, Tally> _tallies = [];

    /// <param name="caller">Who called.</param>
    /// <param name="user">On whose behalf.</param>
    /// <param name="api">Which API, without ids.</param>
    /// <param name="outcome">One word.</param>
    public void Note(string caller, UserKey user, string api, string outcome)
    {
        var now = clock.GetUtcNow();
        Add(new Kind(caller, user.AppId, user.OpenId, api, outcome), new Tally(1, now, now));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _full.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _full.WaitAsync(Every, clock, stoppingToken);
                await WriteAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
        }
    }

    private void Add(Kind kind, Tally more)
    {
        bool isFull;
        lock (_gate)
        {
            isFull = _tallies.Count >= MostKinds;
            if (isFull && !_tallies.ContainsKey(kind))
            {
                kind = kind with { OpenId = null, Api = Various };
            }

            _tallies[kind] = _tallies.TryGetValue(kind, out var tally) ? tally.With(more) : more;
        }

        if (isFull)
        {
            _full.Wake();
        }
    }

    private async Task WriteAsync(CancellationToken ct)
    {
        Dictionary<Kind, Tally> taken;
        lock (_gate)
        {
            (taken, _tallies) = (_tallies, []);
        }

        var failed = 0;
        foreach (var rows in taken.Chunk(RowsAtOnce))
        {
            failed += (await Task.WhenAll(rows.Select(row => WriteAsync(row.Key, row.Value, ct)))).Count(written => !written);
        }

        if (failed > 0)
        {
            Log.NotWritten(logger, failed);
        }
    }

    private async Task<bool> WriteAsync(Kind kind, Tally tally, CancellationToken ct)
    {
        try
        {
            await log.AppendAsync(new AuditEntry(kind.Caller, AuditActions.Call, kind.Outcome)
            {
                AppId = kind.AppId,
                OpenId = kind.OpenId,
                Detail = $"{kind.Api}: {tally.Count} from {tally.First:O} to {tally.Last:O}",
            }, ct);
            return true;
        }
        catch (Exception)
        {
            Add(kind, tally); // the next time may do better
            return false;
        }
    }

    private readonly record struct Kind(string Caller, string AppId, string? OpenId, string Api, string Outcome);

    private readonly record struct Tally(long Count, DateTimeOffset First, DateTimeOffset Last)
    {
        public Tally With(Tally other) => new(Count + other.Count, First < other.First ? First : other.First, Last > other.Last ? Last : other.Last);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Rows} rows about calls could not be written to the audit log; they are kept and tried again")]
        public static partial void NotWritten(ILogger logger, int rows);
    }
}
