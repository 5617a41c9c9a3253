using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Data;

/// <summary>SQLite has one writer: others in this process wait for their turn instead of trying again with a thread each.</summary>
public sealed class WritingTurnsTests : IDisposable
{
    private readonly TemporaryDatabase _file = TemporaryDatabase.WithTables();

    [Fact]
    public async Task Who_writes_waits_for_the_turn_of_others_and_who_gives_up_loses_nothing()
    {
        var other = await _file.Database.TakeTurnAsync(TestContext.Current.CancellationToken);
        using var impatient = new CancellationTokenSource();
        var written = 0;

        var transaction = _file.Database.TransactAsync(_ => Task.FromResult(Interlocked.Increment(ref written)), TestContext.Current.CancellationToken);
        var statement = _file.Database.WriteAsync(_ => Task.FromResult(Interlocked.Increment(ref written)), TestContext.Current.CancellationToken);
        var givenUp = _file.Database.WriteAsync(_ => Task.FromResult(Interlocked.Increment(ref written)), impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        Assert.Equal((false, false, 0), (transaction.IsCompleted, statement.IsCompleted, written));

        other.Dispose();
        await Task.WhenAll(transaction, statement).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(2, written);
    }

    [Fact]
    public async Task A_turn_ends_with_its_work_also_when_that_fails()
    {
        await Assert.ThrowsAsync<DbUpdateException>(() => _file.Database.TransactAsync<int>(_ => throw new DbUpdateException("full"), CancellationToken.None));
        await Assert.ThrowsAsync<DbUpdateException>(() => _file.Database.WriteAsync<int>(_ => throw new DbUpdateException("full"), CancellationToken.None));

        Assert.Equal(1, await _file.Database.WriteAsync(_ => Task.FromResult(1), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    public void Dispose() => _file.Dispose();
}
