namespace LarkService.IntegrationTests.Support;

/// <summary>A LarkService at work, in this process or in one of its own.</summary>
internal interface IService : IAsyncDisposable
{
    /// <summary>Everything it logged or printed so far.</summary>
    IReadOnlyList<string> Output { get; }

    /// <summary>Stops it as an operator would.</summary>
    Task StopAsync();
}
