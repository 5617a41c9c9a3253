using LarkService.Apaas.Ai;
using LarkService.Platform;
using LarkService.UnitTests.Messaging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Apaas.Ai;

/// <summary>A user, a chat, Aily and our answering of questions; <see cref="Restart"/> forgets what only memory knew.</summary>
internal sealed class AiScene : IDisposable
{
    private readonly MemoryDatabase _database = new();

    public AiScene()
    {
        Clock = new HastyTime();
        Aily = new FakeAily(Clock);
        Turns = new AiTurns(_database.Database, Clock);
        Restart();
    }

    public static UserKey User { get; } = new(RecordedPlatform.AppId, "ou_1");

    public HastyTime Clock { get; }

    public FakeAily Aily { get; }

    public FakeChat Chat { get; } = new();

    public AiTurns Turns { get; }

    public AnswerQuestion Answering { get; private set; } = null!;

    public Replies Replies => new(Chat.Messages, Clock, NullLogger<Replies>.Instance);

    public static LarkApps Apps(string? ailyAppId = "spring_1__c") => new(Options.Create(new LarkOptions
    {
        Apps = [new LarkAppOptions { AppId = RecordedPlatform.AppId, AppSecret = new Secret("s"), AilyAppId = ailyAppId }],
    }));

    public static string Asking(string text = "What is it?", string messageId = "om_q1", string chatId = "oc_1") =>
        new Question(messageId, chatId, IsGroup: false, text).ToPayload();

    public void Restart(string? ailyAppId = "spring_1__c")
    {
        var client = new AilyClient(Aily);
        var cards = new GrowingCards(Chat.Entities, Clock, NullLogger<GrowingCards>.Instance);
        Answering = new AnswerQuestion(
            client, new AilySessions(client, NullLogger<AilySessions>.Instance), new AilyRuns(client, Clock), Turns, Replies, cards, Apps(ailyAppId), Clock, NullLogger<AnswerQuestion>.Instance);
    }

    public Task RunAsync(string? payload = null, CancellationToken ct = default) => Answering.RunAsync(User, payload ?? Asking(), ct);

    public async Task<AiTurn> TurnAsync(string messageId = "om_q1") => (await Turns.FindAsync(messageId, default))!;

    public void Dispose() => _database.Dispose();
}
