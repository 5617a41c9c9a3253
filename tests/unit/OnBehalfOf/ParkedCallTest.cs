using LarkService.Data;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.UnitTests.Data;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>Work on users' behalf over a database of its own, with a scripted user and a clock that moves when told.</summary>
public abstract class ParkedCallTest : IAsyncLifetime
{
    private protected static readonly ConsentPlace Place = new("Answer you", "回答你", "お答えします", "oc_1", false, true);
    private static readonly ScopeSet Needed = ScopeSet.Of("aily:run:write");
    private readonly ParkedCallSignal _signal = new();

    protected ParkedCallTest() => Parked = new ParkedCalls(File.Database, Some.Seal(), _signal, Clock);

    private protected TemporaryDatabase File { get; } = TemporaryDatabase.WithTables();

    private protected ManualTime Clock { get; } = new();

    private protected ScriptedRunner Runner { get; } = new();

    private protected ScriptedConsent Consent { get; } = new();

    private protected ParkedCalls Parked { get; }

    private protected ParkedCallLoop? Loop { get; private set; }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Loop is not null)
        {
            await Loop.StopAsync(default);
            Loop.Dispose();
        }

        _signal.Dispose();
        File.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static ConsentRequiredException Gap() => new(Some.User, new ConsentGap(ConsentReason.ScopesMissing, ScopeSet.Of("extra")));

    private protected void NeedsConsent() => Runner.Work = (_, _) => throw Gap();

    private protected async Task StartAsync(Database? shared = null)
    {
        var owner = new LeaseOwner();
        var run = OperationScene.Run(File.Database, owner, Consent, Parked, Clock, [Runner], []);
        Loop = new ParkedCallLoop(shared ?? File.Database, owner, run, _signal, Clock, NullLogger<ParkedCallLoop>.Instance);
        await Loop.StartAsync(default);
    }

    private protected Task ParkAsync(string id, string payload = "{}", UserKey? user = null) =>
        Parked.RunOrParkAsync(new NewCall(id, "test", user ?? Some.User, payload, Needed, Place), default);

    private protected async Task WaitingAsync(string id, string payload = "{}")
    {
        NeedsConsent();
        await StartAsync();
        await ParkAsync(id, payload);
        await EndsAsync(id, ParkedCallState.WaitingForUser);
    }

    private protected async Task<ParkedCall> EndsAsync(string id, string state)
    {
        await Until.TrueAsync(async () => (await CallAsync(id)).State == state);
        return await CallAsync(id);
    }

    private protected Task<ParkedCall> CallAsync(string id) => File.Database.RunAsync(db => db.Set<ParkedCall>().AsNoTracking().SingleAsync(c => c.Id == id));

    private protected Task ChangeAsync(string id, Action<ParkedCall> change) => File.Database.RunAsync(async db =>
    {
        change(await db.Set<ParkedCall>().SingleAsync(c => c.Id == id));
        await db.SaveChangesAsync();
    });
}
