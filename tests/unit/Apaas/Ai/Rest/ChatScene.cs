using LarkService.Apaas.Ai;
using LarkService.Apaas.Ai.Rest;
using LarkService.Data;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace LarkService.UnitTests.Apaas.Ai.Rest;

/// <summary>Another system's questions, over a database of their own.</summary>
internal sealed class ChatScene : IDisposable
{
    private readonly MemoryDatabase _database = new();
    private readonly StoppableHost _host = new();

    public ChatScene()
    {
        Aily = new FakeAily(Clock);
        var client = new AilyClient(Aily);
        Chat = new AiChat(
            client,
            new AilySessions(client, NullLogger<AilySessions>.Instance),
            new AilyRuns(client, Clock),
            new AiConversations(_database.Database, new LeaseOwner(), Clock),
            AiScene.Apps(),
            _host,
            Clock,
            NullLogger<AiChat>.Instance);
        Asking = new AskAi(Chat, AiScene.Apps());
    }

    public HastyTime Clock { get; } = new();

    public FakeAily Aily { get; }

    public AiChat Chat { get; }

    public AskAi Asking { get; }

    public static AiAsk Ask(string turn = "turn_1") => new("conv_1", "caller-1", turn, "What is it?");

    public async Task<(int Status, string Body)> AskAsync(string turn = "turn_1")
    {
        var answer = await Asking.RunAsync(AiScene.User, Asking.Of(AiScene.User, Ask(turn)).Payload, default);
        return (answer.Status, System.Text.Encoding.UTF8.GetString(answer.Body.Span));
    }

    public Task<AiConversation> ConversationAsync() => _database.Database.RunAsync(db => db.Set<AiConversation>().AsNoTracking().SingleAsync());

    /// <summary>From now on nothing can be written about conversations.</summary>
    public Task BreakAsync() => _database.Database.RunAsync(db => db.Database.ExecuteSqlRawAsync(
        "CREATE TRIGGER refuse BEFORE UPDATE ON ai_conversations BEGIN SELECT RAISE(ABORT, 'not now'); END"));

    public void Dispose()
    {
        _host.Dispose();
        _database.Dispose();
    }
}
