using System.Text.Encodings.Web;
using System.Text.Json;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;

namespace LarkService.Apaas;

/// <summary>An operation that needs one record, which travels as JSON.</summary>
/// <typeparam name="TCall">What it needs, checked as far as it can be without asking the platform.</typeparam>
internal abstract class ApaasOperation<TCall> : IOperation
{
    private readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public abstract string Kind { get; }

    /// <summary>What it needs from the user in all.</summary>
    public abstract ScopeSet Scopes { get; }

    /// <summary>It changes nothing.</summary>
    public virtual bool IsSafeToRepeat => false;

    public NewOperation Of(UserKey user, TCall call) => new(Kind, user, Scopes, JsonSerializer.Serialize(call, _json), IsSafeToRepeat);

    public Task<OperationAnswer> RunAsync(UserKey user, string payload, CancellationToken ct) =>
        AnswerAsync(user, JsonSerializer.Deserialize<TCall>(payload, _json)!, ct);

    protected abstract Task<OperationAnswer> AnswerAsync(UserKey user, TCall call, CancellationToken ct);
}
