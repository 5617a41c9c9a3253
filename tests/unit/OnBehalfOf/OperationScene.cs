using System.Security.Claims;
using LarkService.Data;
using LarkService.Data.Audit;
using LarkService.Data.Outbox;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;
using LarkService.UnitTests.Data;
using LarkService.UnitTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>Callers' operations over a database of their own, with a scripted user, a scripted platform and a clock that moves when told.</summary>
internal sealed class OperationScene : IAsyncDisposable
{
    private const string Told = "told";
    private readonly TemporaryDatabase _file = TemporaryDatabase.WithTables();
    private readonly OutboxSignal _outboxSignal = new();
    private readonly ParkedCallSignal _signal = new();
    private readonly StoppableHost _host = new();
    private readonly ParkedCalls _parked;
    private ParkedCallLoop? _loop;

    public OperationScene()
    {
        _parked = new(_file.Database, Some.Seal(), _signal, Clock);
        Operations = new(_file.Database, Some.Seal(), Consent, _parked, _signal, Waiters, _host, Clock, NullLogger<ParkedOperations>.Instance);
        Callers = new(Audited([Operation], Database, Clock), new CallProblems(Consent, Some.Apps(), NullLogger<CallProblems>.Instance), Operations);
    }

    public ManualTime Clock { get; } = new();

    public ScriptedConsent Consent { get; } = new();

    public ScriptedOperation Operation { get; } = new();

    public ScriptedStanding Standing { get; } = new();

    public OperationWaiters Waiters { get; } = new();

    public ParkedOperations Operations { get; }

    public CallerOperations Callers { get; }

    public ParkedCalls Parked => _parked;

    public Database Database => _file.Database;

    /// <summary>A run with everything behind it.</summary>
    public static ParkedCallRun Run(
        Database database, LeaseOwner owner, IConsent consent, ParkedCalls parked, TimeProvider clock, IEnumerable<IParkedCallRunner> runners, IEnumerable<IOperation> operations, OperationWaiters? waiters = null, OutboxSignal? signal = null,
        ICallerStanding? standing = null)
    {
        var outbox = new OutboxPublisher(signal is null ? [] : [new(OperationTopics.Completed, Told, _ => throw new InvalidOperationException("Nobody is told here."))], signal ?? new OutboxSignal(), clock);
        var writes = new ParkedCallWrites(database, owner, outbox, waiters ?? new(), clock);
        var asking = new ParkedCallAsking(writes, consent, parked, clock, NullLogger<ParkedCallAsking>.Instance);
        var problems = new CallProblems(consent, Some.Apps(), NullLogger<CallProblems>.Instance);
        var ends = new OperationEnds(Some.Seal(), writes, clock, NullLogger<OperationEnds>.Instance);
        var run = new OperationRun(
            Audited(operations, database, clock), standing ?? new ScriptedStanding(), Some.Seal(), writes, asking, ends, problems, clock, NullLogger<OperationRun>.Instance);
        return new ParkedCallRun(Some.Seal(), runners, run, asking, writes, clock, NullLogger<ParkedCallRun>.Instance);
    }

    private static AuditedOperations Audited(IEnumerable<IOperation> operations, Database database, TimeProvider clock) =>
        new(operations, new CallAudit(new AuditLog(database, clock), clock, NullLogger<CallAudit>.Instance));

    /// <summary>The loop begins to do what is due, as a process of this name.</summary>
    public async Task StartAsync(LeaseOwner? owner = null)
    {
        owner ??= new LeaseOwner();
        var run = Run(_file.Database, owner, Consent, _parked, Clock, [], [Operation], Waiters, _outboxSignal, Standing);
        _loop = new ParkedCallLoop(_file.Database, owner, run, _signal, Clock, NullLogger<ParkedCallLoop>.Instance);
        await _loop.StartAsync(default);
    }

    public Task StopAsync() => _loop!.StopAsync(default);

    /// <summary>The host begins to stop; whoever waits for an operation is answered.</summary>
    public void BeginToStop() => _host.StopApplication();

    /// <summary>A call comes in while the user has yet to agree.</summary>
    /// <returns>The operation's id.</returns>
    public async Task<string> ParkAsync(bool safe = false, string payload = "{}", UserKey? user = null, TimeSpan? safeFor = null, string? kind = null)
    {
        var work = Operation.Work;
        Operation.Work = _ => throw Gap();
        var answer = kind is null
            ? (await AnswerAsync(safe, payload, user: user, safeFor: safeFor)).Result
            : await Operations.ParkAsync(Wanted(safe, payload, user, safeFor) with { Kind = kind }, Gap().Gap, Consent.Answer(), Caller(), default);
        Operation.Work = work;
        Operation.Ran.Clear();
        return Assert.IsType<Microsoft.AspNetCore.Http.HttpResults.Accepted<OperationParked>>(answer).Value!.Id;
    }

    public async Task<(IResult Result, HttpContext Http)> AnswerAsync(
        bool safe = false, string payload = "{}", string? prefer = "respond-async", UserKey? user = null, TimeSpan? safeFor = null)
    {
        var http = Caller();
        if (prefer is not null)
        {
            http.Request.Headers["Prefer"] = prefer;
        }

        return (await Callers.AnswerAsync(Wanted(safe, payload, user, safeFor), http, default), http);
    }

    private NewOperation Wanted(bool safe, string payload, UserKey? user, TimeSpan? safeFor) =>
        new(Operation.Kind, user ?? Some.User, ScopeSet.Of("declared"), payload, safe) { SafeFor = safeFor };

    private static DefaultHttpContext Caller() => new() { User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "caller-1")], "test")) };

    public static ConsentRequiredException Gap() => new(Some.User, new ConsentGap(ConsentReason.ScopesMissing, ScopeSet.Of("extra")));

    public Task AgreeAsync() => _parked.ReleaseAsync("s1", ConsentState.Granted, default);

    /// <summary>Parked, agreed to, and carried out to this end.</summary>
    public async Task<OperationView> EndsAsync(string id, string state)
    {
        await Until.TrueAsync(async () => (await CallAsync(id)).State == state);
        return (await FindAsync(id))!;
    }

    /// <summary>Lets time pass while nobody has the call in hand: a loop sets its clock when it likes.</summary>
    public Task TimePassesUntilAsync(string id, Func<ParkedCall, bool> condition) => Until.TrueAsync(async () =>
    {
        var call = await CallAsync(id);
        var isSo = condition(call);
        if (!isSo && call.LeaseOwner is null)
        {
            Clock.Advance(TimeSpan.FromSeconds(2));
        }

        return isSo;
    });

    public Task<OperationView?> FindAsync(string id, string caller = "caller-1", double wait = 0) => Operations.FindAsync(id, caller, TimeSpan.FromSeconds(wait), default);

    public Task<ParkedCall> CallAsync(string id) => Database.RunAsync(db => db.Set<ParkedCall>().AsNoTracking().SingleAsync(c => c.Id == id));

    public Task ChangeAsync(string id, Action<ParkedCall> change) => Database.RunAsync(async db =>
    {
        change(await db.Set<ParkedCall>().SingleAsync(c => c.Id == id));
        await db.SaveChangesAsync();
    });

    public Task<List<string>> ToldAsync() => Database.RunAsync(db => db.Set<OutboxMessage>().Where(m => m.Subscriber == Told).Select(m => m.Payload).ToListAsync());

    public async ValueTask DisposeAsync()
    {
        if (_loop is not null)
        {
            await _loop.StopAsync(default);
            _loop.Dispose();
        }

        _signal.Dispose();
        _outboxSignal.Dispose();
        _host.Dispose();
        _file.Dispose();
    }
}
