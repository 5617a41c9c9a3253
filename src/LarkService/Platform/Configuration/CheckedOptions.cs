using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LarkService.Platform.Configuration;

/// <summary>Registration of options that are checked, all of them together, before the service starts.</summary>
internal static class CheckedOptions
{
    public static IServiceCollection AddChecked<T>(this IServiceCollection services)
        where T : class, ICheckedOptions, new()
    {
        services.AddSingleton<IOptions<T>>(provider => Options.Create(Section<T>(provider.GetRequiredService<IConfiguration>()).Get<T>() ?? new T()));
        services.AddSingleton(new OptionsCheck(configuration => Faults<T>(configuration)));
        return services;
    }

    /// <summary>A check of values that belong to no options of ours.</summary>
    public static IServiceCollection AddCheck(this IServiceCollection services, Func<IConfiguration, IReadOnlyList<ValidationResult>> faults) =>
        services.AddSingleton(new OptionsCheck(faults));

    /// <summary>Every fault of every registered options type; empty when the configuration is good.</summary>
    public static IReadOnlyList<string> FaultsIn(IServiceProvider services)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        return [.. services.GetServices<OptionsCheck>().SelectMany(check => check.Run(configuration)).Select(f => f.ErrorMessage!).Distinct()];
    }

    private static List<ValidationResult> Faults<T>(IConfiguration configuration)
        where T : class, ICheckedOptions, new()
    {
        var section = Section<T>(configuration);
        List<ValidationResult> faults = [.. UnreadableValues.In(section, typeof(T))];
        if (faults.Count > 0)
        {
            return faults;
        }

        var options = section.Get<T>() ?? new T();
        return [.. options.Validate(new ValidationContext(options, new Dictionary<object, object?> { [typeof(IConfiguration)] = configuration }))];
    }

    private static IConfigurationSection Section<T>(IConfiguration configuration)
        where T : ICheckedOptions => configuration.GetSection(T.Section);

    internal sealed record OptionsCheck(Func<IConfiguration, IReadOnlyList<ValidationResult>> Run);
}
