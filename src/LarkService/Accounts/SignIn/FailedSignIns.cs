using System.Threading.Channels;
using LarkService.Data.Audit;

namespace LarkService.Accounts.SignIn;

/// <summary>
/// Writes failed sign-ins into the audit log, beside the requests: nobody hears from the time an answer takes whether there is such an
/// account. Only those of accounts that exist, so nobody fills the log with made-up names. Bounded: what does not fit is left out.
/// </summary>
internal sealed partial class FailedSignIns(AuditLog audit, ILogger<FailedSignIns> logger) : BackgroundService
{
    private const int Room = 1000;
    private readonly Channel<AuditEntry> _waiting = Channel.CreateBounded<AuditEntry>(new BoundedChannelOptions(Room) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Note(Account? account, string result, string from)
    {
        var entry = new AuditEntry("unknown", AuditActions.SignIn, result) { Detail = $"{(account is null ? "nobody" : AccountStore.Name(account))}, from {from}" };
        if (account is not null)
        {
            _waiting.Writer.TryWrite(entry);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var entry in _waiting.Reader.ReadAllAsync(stoppingToken))
            {
                await WriteAsync(entry);
            }
        }
        catch (OperationCanceledException)
        {
            while (_waiting.Reader.TryRead(out var last))
            {
                await WriteAsync(last);
            }
        }
    }

    private async Task WriteAsync(AuditEntry entry)
    {
        try
        {
            await audit.AppendAsync(entry, CancellationToken.None); // has a limit of its own
        }
        catch (Exception e)
        {
            Log.NotWritten(logger, entry.Result, entry.Detail, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A failed sign-in ({Result}: {Detail}) could not be written into the audit log")]
        public static partial void NotWritten(ILogger logger, string result, string? detail, Exception e);
    }
}
