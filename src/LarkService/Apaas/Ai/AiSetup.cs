using LarkService.Data.Tidying;
using LarkService.OnBehalfOf;

namespace LarkService.Apaas.Ai;

/// <summary>Registers the bot's conversation: its handlers, and the work that waits for consent.</summary>
internal static class AiSetup
{
    public static IServiceCollection AddAi(this IServiceCollection services)
    {
        services.AddSingleton<AilyClient>();
        services.AddSingleton<AilyRuns>();
        services.AddSingleton<AiTurns>();
        services.AddSingleton<IOldRows, OldAiTurns>();
        services.AddSingleton<Replies>();
        services.AddSingleton<IParkedCallRunner, AnswerQuestion>();
        services.AddSingleton<Conversation>();
        services.AddSingleton<Help>();
        return services;
    }
}
