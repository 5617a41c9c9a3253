namespace LarkService.UnitTests.Hosting;

/// <summary>Tests that change what the whole process shares: working directory, environment, standard output.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
