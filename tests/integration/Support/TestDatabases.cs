[assembly: AssemblyFixture(typeof(LarkService.IntegrationTests.Support.TestDatabases))]

namespace LarkService.IntegrationTests.Support;

/// <summary>The end of a run leaves no database behind.</summary>
public sealed class TestDatabases : IAsyncDisposable
{
    public ValueTask DisposeAsync() => TestDatabase.DropModelAsync();
}
