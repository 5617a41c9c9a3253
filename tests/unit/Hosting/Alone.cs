namespace LarkService.UnitTests.Hosting;

/// <summary>Tests that change or measure what the whole process shares: working directory, environment, standard output, memory.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
