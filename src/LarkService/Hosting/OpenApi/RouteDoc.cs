namespace LarkService.Hosting.OpenApi;

/// <summary>How a route learns in whose name it acts.</summary>
internal enum ActsFor
{
    /// <summary>It acts for nobody.</summary>
    Nobody,

    /// <summary><c>openId</c> in the body.</summary>
    UserInBody,

    /// <summary><c>X-Lark-Open-Id</c>.</summary>
    UserInHeader,
}

/// <summary>
/// What the document says of a route beyond what its code tells. What follows from the kind of route (permission, limits, the usual
/// problems, <c>Idempotency-Key</c>, <c>Prefer</c>) is not written here: see <see cref="OperationWriter"/>.
/// </summary>
/// <param name="Method">In capitals.</param>
/// <param name="Path">As the document has it.</param>
/// <param name="Id">The <c>operationId</c>. Generated clients name their methods after it, so it stays.</param>
/// <param name="Summary">One line.</param>
internal sealed record RouteDoc(string Method, string Path, string Id, string Summary)
{
    /// <summary>What one line does not hold, as Markdown.</summary>
    public string? Says { get; init; }

    public ActsFor ActsFor { get; init; }

    /// <summary><c>X-Lark-Scopes</c>.</summary>
    public bool TakesScopes { get; init; }

    /// <summary>Bodies that work, each with a name.</summary>
    public (string Name, string Json)[] Requests { get; init; } = [];

    /// <summary>The body, where the code does not tell: a schema, as JSON.</summary>
    public string? RequestSchema { get; init; }

    public string RequestType { get; init; } = "application/json";

    public AnswerDoc[] Answers { get; init; } = [];

    /// <summary>Names of the problems that do not follow from the kind of route; <c>name@status</c> for one with another status than usual.</summary>
    public string[] Problems { get; init; } = [];

    /// <summary>Laid over what is said of all parameters of a name; as JSON.</summary>
    public Dictionary<string, string> Parameters { get; init; } = [];

    /// <summary>Of a route that has none in the code.</summary>
    public string? Tag { get; init; }

    /// <summary>Nothing follows from its kind: it is no route for callers.</summary>
    public bool IsPlain { get; init; }

    /// <summary>A key may be sent, and lets the caller do more.</summary>
    public bool TakesKey { get; init; }
}

/// <summary>A good answer.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Says">When it comes, and what it means.</param>
/// <param name="Examples">Each with a name.</param>
internal sealed record AnswerDoc(int Status, string Says, params (string Name, string Json)[] Examples)
{
    /// <summary>Name of a schema, where the code does not tell which.</summary>
    public string? Schema { get; init; }

    public string MediaType { get; init; } = "application/json";

    /// <summary>The same in another form: its media type, schema and example.</summary>
    public (string MediaType, string Schema, string Example)? Also { get; init; }

    /// <summary>Names among <see cref="SharedParts.Headers"/>.</summary>
    public string[] Headers { get; init; } = [];

    /// <summary>An answer with one example.</summary>
    public static AnswerDoc With(int status, string says, string example) => new(status, says, ("example", example));
}
