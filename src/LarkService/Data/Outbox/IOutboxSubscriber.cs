using System.Text.Json;

namespace LarkService.Data.Outbox;

/// <summary>
/// Carries out what a topic announces. It may be called again for the same message after a crash, so it must not mind.
/// Messages of one key come one after the other, in the order they were published.
/// </summary>
internal interface IOutboxSubscriber
{
    /// <exception cref="NotYetException">It is too early: to be called again then. Any other exception is a failure, of which eight are one too many.</exception>
    Task HandleAsync(JsonElement payload, CancellationToken ct);
}

/// <summary>A subscriber's place in the list: <paramref name="Name"/> is stored with each message and must stay.</summary>
internal sealed record OutboxSubscription(string Topic, string Name, Func<IServiceProvider, IOutboxSubscriber> Resolve)
{
    /// <summary>Nothing is written for it; what was written before it became so is still carried out.</summary>
    public bool IsIdle { get; init; }
}

/// <summary>Registers subscribers.</summary>
internal static class OutboxSubscriptions
{
    public static IServiceCollection AddOutboxSubscriber<T>(this IServiceCollection services, string topic)
        where T : class, IOutboxSubscriber
    {
        services.AddSingleton<T>();
        services.AddSingleton(Subscription<T>(topic));
        return services;
    }

    /// <param name="services">Where it is registered.</param>
    /// <param name="topic">What it hears of.</param>
    /// <param name="isIdle">True when the configuration leaves it nothing to do.</param>
    public static IServiceCollection AddOutboxSubscriber<T>(this IServiceCollection services, string topic, Func<IServiceProvider, bool> isIdle)
        where T : class, IOutboxSubscriber
    {
        services.AddSingleton<T>();
        services.AddSingleton(provider => Subscription<T>(topic) with { IsIdle = isIdle(provider) });
        return services;
    }

    private static OutboxSubscription Subscription<T>(string topic)
        where T : class, IOutboxSubscriber => new(topic, $"{topic}/{typeof(T).Name}", provider => provider.GetRequiredService<T>());
}
