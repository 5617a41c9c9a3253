using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

[assembly: CollectionBehavior(MaxParallelThreads = 4)]

namespace LarkService.IntegrationTests.Support;

/// <summary>Where the service keeps its data in a test.</summary>
public enum Engine
{
    Sqlite,
    Postgres,
}

/// <summary>How consent comes back in a test.</summary>
public enum Flow
{
    Device,
    Redirect,
}

/// <summary>Runs a theory once for each row that <see cref="Rows"/> names.</summary>
public abstract class MatrixAttribute : DataAttribute
{
    protected abstract IEnumerable<object[]> Rows { get; }

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Rows.Select(row => new TheoryDataRow(row))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}

/// <summary>SQLite and PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BothEnginesAttribute : MatrixAttribute
{
    protected override IEnumerable<object[]> Rows => Enum.GetValues<Engine>().Select(e => new object[] { e });
}

/// <summary>Device and redirect flow.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BothFlowsAttribute : MatrixAttribute
{
    protected override IEnumerable<object[]> Rows => Enum.GetValues<Flow>().Select(f => new object[] { f });
}

/// <summary>Every engine with every flow.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EnginesAndFlowsAttribute : MatrixAttribute
{
    protected override IEnumerable<object[]> Rows => Enum.GetValues<Engine>().SelectMany(e => Enum.GetValues<Flow>().Select(f => new object[] { e, f }));
}
