using System.Text.Json.Nodes;
using LarkService.Authorization;
using LarkService.Grants;
using LarkService.OnBehalfOf;
using LarkService.Platform.Http;
using LarkService.Webhooks;

namespace LarkService.Hosting.OpenApi;

/// <summary>What types do not tell: which fields of a request are needed, and which words a field knows. The words come from the code.</summary>
internal static class FieldDocs
{
    private const string OpenId = """{"type": "string", "pattern": "^ou_[0-9a-zA-Z]{1,61}$", "examples": ["ou_c245b0a7dff2725cfa2fb104f8b48b9d"]}""";
    private const string AnyObject = """{"type": "object"}""";
    private const string ListOfObjects = """{"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": 500}""";
    private const string Password = """{"type": "string", "format": "password", "maxLength": 128}""";

    private static readonly string[] States =
    [
        ParkedCallState.WaitingForUser, ParkedCallState.Running, ParkedCallState.Succeeded, ParkedCallState.Failed, ParkedCallState.Declined, ParkedCallState.Expired, ParkedCallState.OutcomeUnknown,
    ];

    /// <summary>Of each body that callers send: what may not be left out.</summary>
    public static IReadOnlyDictionary<string, string[]> Required { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["AuthorizationRequest"] = ["openId"],
        ["ApiCall"] = ["method", "path"],
        ["SqlRequest"] = ["openId", "sql"],
        ["CreateRecordsRequest"] = ["openId", "records"],
        ["UpdateRecordsRequest"] = ["openId"],
        ["FunctionRequest"] = ["openId"],
        ["FlowRequest"] = ["openId"],
        ["ChatRequest"] = ["openId", "message"],
        ["SkillRequest"] = ["openId"],
        ["KnowledgeRequest"] = ["openId", "message"],
        ["NewApiKey"] = ["name", "permissions"],
        ["Credentials"] = ["email", "password"],
        ["RefreshRequest"] = ["refreshToken"],
        ["AccountChange"] = [],
    };

    /// <summary>Laid over the fields, by the schema's name.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Fields { get; } = new Dictionary<string, JsonObject>(StringComparer.Ordinal)
    {
        ["AuthorizationRequest"] = Of(
            ("openId", JsonParts.Read(OpenId)),
            ("scopes", JsonParts.Read("""{"maxItems": 50, "uniqueItems": true}""")),
            ("calls", JsonParts.Read("""{"items": {"$ref": "#/components/schemas/ApiCall"}, "maxItems": 50}""")),
            ("reason", JsonParts.Read("""{"maxLength": 200}""")),
            ("detail", OneOf(["concise", "detailed"])),
            ("locale", OneOf(["zh_cn", "en_us", "ja_jp"]))),
        ["ApiCall"] = Of(("method", JsonParts.Read("""{"examples": ["GET"]}""")), ("path", JsonParts.Read("""{"pattern": "^/", "maxLength": 500}"""))),
        ["Asked"] = Of(("state", OneOf(WordsOf<SessionState>())), ("flow", OneOf(WordsOf<SessionFlow>()))),
        ["AuthorizationSession"] = Of(("state", OneOf(WordsOf<SessionState>())), ("flow", OneOf(WordsOf<SessionFlow>()))),
        ["Grant"] = Of(("status", OneOf(Enum.GetValues<GrantStatus>().Select(s => s.Word())))),
        ["Operation"] = Of(
            ("state", OneOf(States, "Where it stands; the last five are final.")),
            ("error", JsonParts.Read("""{"type": "object", "description": "Why it did not succeed: a problem document."}"""))),
        ["OperationResponse"] = Of(
            ("headers", JsonParts.Read("""{"type": "object", "additionalProperties": {"type": "string"}}""")),
            ("bodyBase64", JsonParts.Read("""{"contentEncoding": "base64"}"""))),
        ["Event"] = Of(("state", OneOf(["received", "dead"]))),
        ["WebhookDelivery"] = Of(("state", OneOf(DeliveryState.All)), ("type", OneOf(WebhookEvents.All))),
        ["SqlRequest"] = Of(("openId", JsonParts.Read(OpenId)), ("params", JsonParts.Read("""{"deprecated": true}"""))),
        ["CreateRecordsRequest"] = Of(
            ("openId", JsonParts.Read(OpenId)), ("records", JsonParts.Read(ListOfObjects)), ("resolution", OneOf(["merge-duplicates", "ignore-conflicts"])), ("missing", OneOf(["default"]))),
        ["UpdateRecordsRequest"] = Of(
            ("openId", JsonParts.Read(OpenId)), ("filter", JsonParts.Read("""{"type": ["object", "array", "string"]}""")), ("record", JsonParts.Read(AnyObject)), ("records", JsonParts.Read(ListOfObjects))),
        ["FunctionRequest"] = Of(("openId", JsonParts.Read(OpenId)), ("params", JsonParts.Read(AnyObject))),
        ["FlowRequest"] = Of(
            ("openId", JsonParts.Read(OpenId)), ("params", JsonParts.Read(AnyObject)), ("operator", JsonParts.Read(AnyObject)), ("idempotencyKey", JsonParts.Read("""{"minLength": 1, "maxLength": 64}"""))),
        ["ChatRequest"] = Of(("openId", JsonParts.Read(OpenId)), ("message", JsonParts.Read("""{"minLength": 1, "maxLength": 61440}""")), ("conversationId", JsonParts.Read("""{"pattern": "^conv_[A-Za-z0-9_-]{22}$"}"""))),
        ["SkillRequest"] = Of(
            ("openId", JsonParts.Read(OpenId)), ("query", JsonParts.Read("""{"maxLength": 40960}""")), ("files", JsonParts.Read("""{"maxItems": 32}""")), ("input", JsonParts.Read(AnyObject))),
        ["KnowledgeRequest"] = Of(("openId", JsonParts.Read(OpenId)), ("message", JsonParts.Read("""{"minLength": 1, "maxLength": 65535}"""))),
        ["NewApiKey"] = Of(
            ("name", JsonParts.Read("""{"maxLength": 100}""")), ("permissions", Permitted()), ("permissions", JsonParts.Read("""{"minItems": 1}""")), ("quota", JsonParts.Read("""{"minimum": 1}"""))),
        ["ApiKey"] = Of(("permissions", Permitted())),
        ["Credentials"] = Of(("email", JsonParts.Read("""{"format": "email", "maxLength": 254}""")), ("password", JsonParts.Read(Password)), ("permissions", Permitted())),
        ["RefreshRequest"] = Of(("refreshToken", JsonParts.Read(Password))),
        ["AccountChange"] = Of(("password", JsonParts.Read(Password)), ("permissions", Permitted())),
        ["Account"] = Of(("permissions", Permitted())),
    };

    private static JsonObject Of(params (string Name, JsonObject Over)[] fields)
    {
        var all = new JsonObject();
        foreach (var (name, over) in fields)
        {
            all.At(name).Lay(over);
        }

        return all;
    }

    private static JsonObject OneOf(IEnumerable<string> words, string? says = null)
    {
        var field = new JsonObject { ["type"] = "string", ["enum"] = JsonParts.ArrayOf(words) };
        if (says is not null)
        {
            field["description"] = says;
        }

        return field;
    }

    private static JsonObject Permitted() => new() { ["items"] = OneOf(Permissions.All) };

    private static IEnumerable<string> WordsOf<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(v => v.Word());
}
