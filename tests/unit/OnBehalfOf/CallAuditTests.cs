using LarkService.Data.Audit;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.OnBehalfOf;

public sealed class CallAuditTests : IDisposable
{
    private const string Send = "POST /open-apis/im/v1/messages";
    private readonly Scene _scene = new();
    private readonly CallAudit _audit;
    private bool _down;

    public CallAuditTests()
    {
        _scene.Opening = () =>
        {
            if (_down)
            {
                throw new InvalidOperationException("The database is down.");
            }
        };
        _audit = new CallAudit(_scene.Audit, _scene.Clock, NullLogger<CallAudit>.Instance);
    }

    [Fact]
    public async Task Calls_of_one_kind_become_one_row_every_few_seconds()
    {
        await _audit.StartAsync(default);
        await _scene.Clock.SomeoneWaitsForAsync(5);
        for (var i = 0; i < 3; i++)
        {
            _audit.Note("key:1", Some.User, Send, CallOutcomes.Ok);
        }

        _audit.Note("key:1", Some.User, Send, CallOutcomes.Refused);
        _audit.Note("key:2", Some.OtherUser, Send, CallOutcomes.Ok);
        Assert.Empty(await RowsAsync());
        _scene.Clock.AdvanceSeconds(5);
        await Until.TrueAsync(async () => (await RowsAsync()).Count == 3);

        var rows = await RowsAsync();
        Assert.All(rows, r => Assert.Equal(AuditActions.Call, r.Action));
        Assert.Equal(
            [("key:1", Some.User.OpenId, "ok"), ("key:1", Some.User.OpenId, "refused"), ("key:2", Some.OtherUser.OpenId, "ok")],
            rows.Select(r => (r.Actor, r.OpenId!, r.Result)).Order());
        Assert.Contains(rows, r => r.Detail!.StartsWith(Send + ": 3 from 2026-03-01T09:00:00", StringComparison.Ordinal));
        await _audit.StopAsync(default);
    }

    [Fact]
    public async Task Whoever_stops_writes_what_is_left()
    {
        await _audit.StartAsync(default);
        _audit.Note("key:1", Some.User, Send, CallOutcomes.Ok);
        await _audit.StopAsync(default);

        Assert.Single(await RowsAsync());
    }

    [Fact]
    public async Task What_could_not_be_written_is_kept_and_counted_on()
    {
        await _audit.StartAsync(default);
        await _scene.Clock.SomeoneWaitsForAsync(5);
        _audit.Note("key:1", Some.User, Send, CallOutcomes.Ok);
        _down = true;
        _scene.Clock.AdvanceSeconds(5);
        await _scene.Clock.SomeoneWaitsForAsync(5);
        _audit.Note("key:1", Some.User, Send, CallOutcomes.Ok);
        _down = false;
        await _audit.StopAsync(default);

        Assert.Contains(": 2 from ", Assert.Single(await RowsAsync()).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_is_bounded_and_no_call_goes_uncounted()
    {
        for (var i = 0; i < CallAudit.MostKinds + 500; i++)
        {
            _audit.Note("key:1", new UserKey(Some.AppId, $"ou_{i}"), Send, CallOutcomes.Ok);
        }

        await _audit.StopAsync(default);

        var rows = await RowsAsync();
        Assert.Equal(CallAudit.MostKinds + 1, rows.Count);
        Assert.StartsWith("various: 500 from", Assert.Single(rows, r => r.OpenId is null).Detail, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _audit.Dispose();
        _scene.Dispose();
    }

    private Task<List<AuditRow>> RowsAsync() => _scene.Database.RunAsync(db => db.Set<AuditRow>().AsNoTracking().ToListAsync());
}
