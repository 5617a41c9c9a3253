using LarkService.Apaas.Ai.Rest;
using LarkService.Data.Tidying;
using LarkService.OnBehalfOf;

namespace LarkService.Apaas.Ai;

/// <summary>Registers the bot's conversation, and the AI that other systems ask for a user.</summary>
internal static class AiSetup
{
    public static IServiceCollection AddAi(this IServiceCollection services)
    {
        services.AddSingleton<AilyClient>();
        services.AddSingleton<AilySessions>();
        services.AddSingleton<AilyRuns>();
        services.AddSingleton<AiTurns>();
        services.AddSingleton<IOldRows, OldAiTurns>();
        services.AddSingleton<Replies>();
        services.AddSingleton<GrowingCards>();
        services.AddSingleton<IParkedCallRunner, AnswerQuestion>();
        services.AddSingleton<Conversation>();
        services.AddSingleton<Help>();
        AddRest(services);
        return services;
    }

    private static void AddRest(IServiceCollection services)
    {
        services.AddSingleton<AiConversations>();
        services.AddSingleton<IOldRows, AiConversation.Old>();
        services.AddSingleton<AiChat>();
        services.AddSingleton<AiStreamPace>();
        services.AddSingleton<LeftTurns>();
        services.AddHostedService(provider => provider.GetRequiredService<LeftTurns>());
        services.AddSingleton<ChatStream>();
        services.AddOperation<AskAi>();
        services.AddOperation<StartSkill>();
        services.AddOperation<AskKnowledge>();
    }
}
