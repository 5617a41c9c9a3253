using LarkService.Data;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Idempotency;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.OnBehalfOf;

/// <summary>On SQLite whoever writes waits for their turn instead of holding a thread.</summary>
public sealed class WritersTurnTests : IAsyncLifetime
{
    private readonly OperationScene _scene = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task Kept_calls_and_keys_are_written_in_their_turn()
    {
        var keys = new KeyedRequests(_scene.Database, new LeaseOwner(), _scene.Clock);
        Func<Task>[] writers =
        [
            () => _scene.Parked.RunOrParkAsync(new NewCall("c1", "test", Some.User, "{}", LarkService.Platform.ScopeSet.Empty, CallProblems.ByCard), default),
            () => keys.RenewAsync("key", default),
        ];
        foreach (var write in writers)
        {
            Task writing;
            using (await _scene.Database.TakeTurnAsync(default))
            {
                writing = write();
                Assert.False(writing.IsCompleted);
            }

            await writing.Soon();
        }
    }
}
