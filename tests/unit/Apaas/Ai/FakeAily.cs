using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.OnBehalfOf;
using LarkService.Platform;
using LarkService.Platform.OpenApi;

namespace LarkService.UnitTests.Apaas.Ai;

/// <summary>Aily in memory: knows its sessions, adds a message once for an idempotent id, lets one run be active in a session.</summary>
internal sealed class FakeAily(TimeProvider clock) : IUserCalls
{
    private readonly Dictionary<string, string> _messages = new(StringComparer.Ordinal);
    private int _ids;

    /// <summary>States that polls of a new run will see, one each; the last stays.</summary>
    public List<string> Course { get; set; } = ["QUEUED", "IN_PROGRESS", "COMPLETED"];

    /// <summary>What a run writes: type and content.</summary>
    public List<(string Type, string Content)> Writes { get; set; } = [("MDX", "**42**")];

    /// <summary>What looks at a run in the making see of it, one each; the last stays.</summary>
    public Queue<string> Drafts { get; } = [];

    public List<string> Sessions { get; } = [];

    public List<FakeRun> Runs { get; } = [];

    public IEnumerable<string> Messages => _messages.Values;

    /// <summary>Every call as <c>POST sessions/session_1/runs</c>.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Throws to refuse a call before it has an effect.</summary>
    public Action<string> Before { get; set; } = _ => { };

    /// <summary>Throws to lose the answer of a call that had its effect.</summary>
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    public async Task<PlatformAnswer> SendAsync(UserKey user, ScopeSet scopes, HttpMethod method, string path, object? body, bool repeatable, CancellationToken ct, string? prefer = null, bool takesLong = false)
    {
        Assert.True(scopes.Covers(LarkService.Apaas.Ai.AilyScopes.All));
        var relative = path["/open-apis/aily/v1/".Length..];
        var call = $"{method} {relative}";
        Calls.Add(call);
        Before(call);
        var sent = body is null ? [] : JsonSerializer.SerializeToNode(body, WireJson.Options)!.AsObject();
        var data = relative.Contains("with_partial_message=true", StringComparison.Ordinal)
            ? new() { ["messages"] = Draft() }
            : Handle(method.Method, relative.Split('?')[0].Split('/'), sent);
        await After(call);
        var answer = new JsonObject { ["code"] = 0, ["msg"] = "success", ["data"] = data };
        return PlatformAnswer.Read(200, Encoding.UTF8.GetBytes(answer.ToJsonString()));
    }

    public static PlatformException Refusal(int status = 400, int code = 2700001, string? logId = "log-1") => new(new PlatformError(code, "refused", logId, status));

    private JsonObject Handle(string method, string[] path, JsonObject body) => (method, path) switch
    {
        ("POST", ["sessions"]) => new() { ["session"] = new JsonObject { ["id"] = NewSession() } },
        (_, ["sessions", var session, ..]) when !Sessions.Contains(session) => throw Refusal(),
        ("GET", ["sessions", var session]) => new() { ["session"] = new JsonObject { ["id"] = session } },
        ("POST", ["sessions", _, "messages"]) => new() { ["message"] = new JsonObject { ["id"] = Message(body) } },
        ("GET", ["sessions", _, "messages"]) => new() { ["messages"] = Answer() },
        ("POST", ["sessions", var session, "runs"]) => new() { ["run"] = NewRun(session, body).ToJson() },
        ("GET", ["sessions", var session, "runs"]) => new() { ["runs"] = new JsonArray([.. Runs.Where(r => r.Session == session).Select(r => r.ToJson())]), ["has_more"] = false },
        ("GET", ["sessions", _, "runs", var run]) => new() { ["run"] = Find(run).Polled().ToJson() },
        ("POST", ["sessions", _, "runs", var run, "cancel"]) => new() { ["run"] = Find(run).Cancelled().ToJson() },
        _ => throw new InvalidOperationException($"{method} {string.Join('/', path)} is not scripted."),
    };

    private string NewSession()
    {
        Sessions.Add($"session_{++_ids}");
        return Sessions[^1];
    }

    private string Message(JsonObject body)
    {
        _messages.TryAdd((string)body["idempotent_id"]!, (string)body["content"]!);
        return $"message_{body["idempotent_id"]}";
    }

    private FakeRun NewRun(string session, JsonObject body)
    {
        if (Runs.Any(r => r.Session == session && r.IsActive))
        {
            throw Refusal();
        }

        Assert.Equal("spring_1__c", (string?)body["app_id"]);
        return AddRun(session, (string)body["metadata"]!, Course);
    }

    public FakeRun AddRun(string session, string metadata, IEnumerable<string> course)
    {
        Runs.Add(new FakeRun($"run_{++_ids}", session, metadata, clock.GetUtcNow(), new Queue<string>(course)));
        return Runs[^1];
    }

    private FakeRun Find(string id) => Runs.Single(r => r.Id == id);

    private JsonArray Draft() => Drafts.Count == 0 ? [] : [Written("ASSISTANT", "MDX", Drafts.Count > 1 ? Drafts.Dequeue() : Drafts.Peek(), 2)];

    private JsonArray Answer() => new(
    [
        Written("USER", "TEXT", "the question", 1),
        .. Writes.Select((w, i) => Written("ASSISTANT", w.Type, w.Content, i + 2)),
    ]);

    private static JsonObject Written(string who, string type, string content, int at) => new()
    {
        ["id"] = $"message_{at}",
        ["sender"] = new JsonObject { ["sender_type"] = who },
        ["content_type"] = type,
        ["content"] = content,
        ["created_at"] = $"{at}",
    };

    internal sealed record FakeRun(string Id, string Session, string Metadata, DateTimeOffset CreatedAt, Queue<string> Course)
    {
        public bool IsActive => Course.Peek() is "QUEUED" or "IN_PROGRESS" or "REQUIRES_MESSAGE";

        public FakeRun Polled()
        {
            if (Course.Count > 1)
            {
                Course.Dequeue();
            }

            return this;
        }

        public FakeRun Cancelled()
        {
            if (IsActive)
            {
                Course.Clear();
                Course.Enqueue("CANCELLED");
            }

            return this;
        }

        public JsonObject ToJson() => new()
        {
            ["id"] = Id,
            ["status"] = Course.Peek(),
            ["created_at"] = $"{CreatedAt.ToUnixTimeMilliseconds()}",
            ["metadata"] = Metadata,
            ["error"] = new JsonObject { ["code"] = "sp_1", ["message"] = "always filled" },
        };
    }
}
