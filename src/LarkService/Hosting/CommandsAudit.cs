using LarkService.Data.Audit;

namespace LarkService.Hosting;

/// <summary><c>audit verify</c>.</summary>
internal static class CommandsAudit
{
    public static Task<int> VerifyAsync(WebApplication app, bool json) => DatabaseCommand.RunAsync(app, async () =>
    {
        ProgressBar? bar = null;
        var finding = await app.Services.GetRequiredService<AuditCheck>().RunAsync(rows => bar = ProgressBar.Start("Checking", rows), CancellationToken.None);
        bar?.Dispose();
        var good = finding.Fault is null;
        if (json)
        {
            await DatabaseCommand.PrintAsync(new { good, rows = finding.Rows, head = finding.Head, fault = finding.Fault });
        }
        else
        {
            await (good
                ? DatabaseCommand.PrintAsync($"{finding.Rows} rows, none changed, none removed. The last one's hash: {finding.Head}")
                : DatabaseCommand.ComplainAsync($"The audit log is not as it was written. The first {finding.Rows} rows are. {finding.Fault}"));
        }

        return good ? ExitCodes.Ok : ExitCodes.Failed;
    });
}
