using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LarkService.IntegrationTests.Support.LongestFirst))]

namespace LarkService.IntegrationTests.Support;

/// <summary>What takes a minute or more begins first, so that it is not what everybody waits for at the end; the rest comes in any order.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        "RefreshChaosTests", "RestartTests+BetweenConsentAndAnswer", "TokenLifeTests", "KillTests+OnPostgresWithTwoReplicas", "OperationJourneyTests", "KillTests+OnSqlite",
        "ConsentCrowdTests", "TakeoverTests", "PrometheusTests", "RestartTests", "WebhookTests", "CallbackDeadlineTests", "SecretsTests", "Wire.",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(Place)];

    private static int Place<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var place = Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}
