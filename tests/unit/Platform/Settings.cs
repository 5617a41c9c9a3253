using LarkService.Platform.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LarkService.UnitTests.Platform;

/// <summary>A configuration made of environment-style keys.</summary>
internal static class Settings
{
    public static IConfiguration Of(params (string Key, string? Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key.Replace("__", ":", StringComparison.Ordinal), s.Value)))
        .Build();

    /// <summary>What is wrong with one options type under these settings.</summary>
    public static IReadOnlyList<string> FaultsOf<T>(params (string Key, string? Value)[] settings)
        where T : class, ICheckedOptions, new()
    {
        using var services = new ServiceCollection().AddSingleton(Of(settings)).AddChecked<T>().BuildServiceProvider();
        return CheckedOptions.FaultsIn(services);
    }
}
