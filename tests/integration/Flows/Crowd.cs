using System.Collections.Concurrent;
using System.Net;
using LarkSandbox.Chat;
using LarkService.IntegrationTests.Refresh;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Flows;

/// <summary>Many people with a card each, and two replicas (on SQLite one) at a platform with its real limits.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly IService? _second;
    private readonly ConcurrentDictionary<string, ChatMessage> _cards = new(StringComparer.Ordinal);

    private Crowd(Scene scene, IReadOnlyList<Uri> replicas, IService? second) => (Scene, Replicas, _second) = (scene, replicas, second);

    public Scene Scene { get; }

    public IReadOnlyList<Uri> Replicas { get; }

    /// <summary>Everybody who was asked.</summary>
    public IReadOnlyList<Person> People { get; private set; } = [];

    /// <summary>Those who finish.</summary>
    public IReadOnlyList<Person> Finishing => [.. People.Take(CrowdSize.Finishing)];

    public static async Task<Crowd> StartAsync(Engine engine, Flow flow)
    {
        var scene = await Scene.PrepareAsync(new()
        {
            Engine = engine,
            Flow = flow,
            OwnProcess = CrowdSize.IsFull,
            Sandbox = new()
            {
                ExtraUsers = CrowdSize.Pending,
                DeviceInterval = TimeSpan.FromSeconds(CrowdSize.IsFull ? 5 : 1),
                DeviceCodeLifetime = TimeSpan.FromHours(1),
                AckDeadline = TimeSpan.FromSeconds(30), // machine and simulator are busy with each other
                MessagesPerSecondPerReceiver = 0,
                PatchesPerSecondPerMessage = 0,
                RecordWire = false,
            },
            Settings = new() { ["Logging:LogLevel:Default"] = "Warning", ["Authorization:SessionLifetime"] = "01:00:00" },
        });
        await scene.StartServiceAsync();
        if (engine == Engine.Sqlite)
        {
            return new(scene, [scene.Url], null);
        }

        var beside = Cluster.Beside(scene);
        IService second = CrowdSize.IsFull ? ServiceProcess.Start(beside) : await RunningService.StartAsync(beside, scene.Clock);
        using var client = Cluster.Client(scene, beside["urls"]);
        await Cluster.ReadyAsync(client);
        return new(scene, [scene.Url, new(beside["urls"])], second);
    }

    /// <summary>Everybody is asked; the platform's limits do not count while the scene is set.</summary>
    public async Task AskEverybodyAsync()
    {
        Scene.Platform.LimitsLifted = true;
        People = [.. Scene.Platform.Users.Skip(3).Select(u => new Person(Scene.Platform, u))];
        using var client = Cluster.Client(Scene, Scene.Url.AbsoluteUri);
        var api = new Api(client);
        await Parallel.ForEachAsync(People, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (person, _) =>
        {
            var asked = (await api.AskAsync(person)).Must(HttpStatusCode.Created);
            _cards[person.OpenId] = Scene.Platform.FindMessage(asked["messageId"]!)!;
        });
        Scene.Platform.LimitsLifted = false;
        Assert.Equal(People.Count, await Scene.Database.CountAsync("authorization_sessions", "state = 'pending'"));
    }

    public ChatMessage CardOf(Person person) => _cards[person.OpenId];

    /// <summary>Cards of these people that have turned to this colour.</summary>
    public int Turned(IEnumerable<Person> people, string color) => people.Count(p => CardOf(p).Color() == color);

    /// <returns>How long it took.</returns>
    public static async Task<double> SecondsUntilAsync(string what, Func<Task<bool>> condition, long since)
    {
        await Eventually.TrueAsync(what, condition, Patience);
        return TimeProvider.System.GetElapsedTime(since).TotalSeconds;
    }

    public Task<double> SecondsUntilGrantedAsync(long since) => SecondsUntilAsync(
        "everybody's grant", async () => await Scene.Database.CountAsync("user_grants", "status = 'active'") >= CrowdSize.Finishing, since);

    public async ValueTask DisposeAsync()
    {
        if (_second is not null)
        {
            await _second.DisposeAsync();
        }

        await Scene.DisposeAsync();
    }
}
