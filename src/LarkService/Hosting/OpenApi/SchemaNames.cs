using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;
using LarkService.Accounts.Keys;
using LarkService.Authorization;
using LarkService.OnBehalfOf;
using LarkService.OnBehalfOf.Operations;
using LarkService.Platform;
using LarkService.Platform.Http;
using LarkService.Webhooks;

namespace LarkService.Hosting.OpenApi;

/// <summary>What our types are called in the document. Generated clients have types of these names, so they stay.</summary>
internal sealed class SchemaNames
{
    private const string View = "View";

    private static readonly Dictionary<Type, string> Others = new()
    {
        [typeof(AskRequest)] = "AuthorizationRequest",
        [typeof(AskedView)] = "Asked",
        [typeof(SessionView)] = "AuthorizationSession",
        [typeof(TokenEndpoints.TokenView)] = "UserToken",
        [typeof(OperationParked)] = "ParkedOperation",
        [typeof(DeliveryView)] = "WebhookDelivery",
        [typeof(CreatedKeyView)] = "CreatedApiKey",
    };

    private readonly ConcurrentDictionary<string, Type> _types = new(StringComparer.Ordinal);

    /// <returns>Null for what has no name of its own and stands where it is used.</returns>
    public string? Of(JsonTypeInfo info)
    {
        var type = info.Type;
        if (info.Kind != JsonTypeInfoKind.Object || type.Assembly != typeof(SchemaNames).Assembly || type == typeof(Secret))
        {
            return null;
        }

        var name = NameOf(type);
        return _types.GetOrAdd(name, type) == type ? name : throw new InvalidOperationException($"{type} and {_types[name]} would both be called {name} in the API document: name one of them in {nameof(SchemaNames)}.");
    }

    /// <returns>Null for a schema that was not made from a type of ours.</returns>
    public Type? TypeOf(string name) => _types.GetValueOrDefault(name);

    private static string NameOf(Type type) =>
        type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(Page<>) ? NameOf(type.GetGenericArguments()[0]) + nameof(Page<>)
        : Others.TryGetValue(type, out var other) ? other
        : type.Name.EndsWith(View, StringComparison.Ordinal) ? type.Name[..^View.Length]
        : type.Name;
}
