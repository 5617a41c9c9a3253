using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LarkService.Hosting.OpenApi;

/// <summary>Completes the schemas the framework made of our types: what each field means, which are always there, which words a field knows.</summary>
internal sealed class SchemaWriter(SchemaNames names, XmlDocs docs)
{
    /// <param name="known">Schemas by name.</param>
    public JsonObject Write(JsonObject known)
    {
        var schemas = new JsonObject();
        foreach (var (name, schema) in known)
        {
            schemas[name] = Complete(name, schema!.DeepClone().AsObject());
        }

        foreach (var (name, schema) in OwnSchemas.All)
        {
            schemas[name] = schema!.DeepClone();
        }

        return schemas;
    }

    private JsonObject Complete(string name, JsonObject schema)
    {
        if (names.TypeOf(name) is not { } type)
        {
            return schema;
        }

        var (isRequest, required) = (FieldDocs.Required.TryGetValue(name, out var needed), new List<string>());
        foreach (var (field, value) in (schema["properties"] as JsonObject ?? []).ToList())
        {
            var property = type.GetProperties().Single(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name) == field);
            if (isRequest && !property.CanWrite)
            {
                schema["properties"]!.AsObject().Remove(field); // worked out of the others
                continue;
            }

            Complete(value!.AsObject(), docs.Of(property), isRequest);
            if (isRequest ? needed!.Contains(field) : property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition != JsonIgnoreCondition.WhenWritingNull)
            {
                required.Add(field);
            }
        }

        schema["description"] = docs.Of(type);
        schema["required"] = JsonParts.ArrayOf(required);
        if (FieldDocs.Fields.TryGetValue(name, out var fields))
        {
            schema.At("properties").Lay(fields);
        }

        return schema;
    }

    private static void Complete(JsonObject field, string? says, bool isRequest)
    {
        Mend(field);
        if (field["items"] is JsonObject items)
        {
            Mend(items);
        }

        if (isRequest)
        {
            Without(field, "null"); // to leave it out says the same
        }

        if (field.TryGetPropertyValue("default", out var usual) && usual is null)
        {
            field.Remove("default");
        }

        if (says is not null)
        {
            field["description"] = says;
        }
    }

    /// <summary>The reader takes numbers in quotes as well, and the framework says so; nobody should write them like that.</summary>
    public static void Mend(JsonObject field)
    {
        if (field["type"] is JsonArray types && types.Any(t => t!.GetValue<string>() is "integer" or "number"))
        {
            Without(field, "string");
            field.Remove("pattern");
        }
    }

    private static void Without(JsonObject field, string type)
    {
        if (field["type"] is JsonArray types)
        {
            var left = types.Select(t => t!.GetValue<string>()).Where(t => t != type).ToList();
            field["type"] = left is [var only] ? only : JsonParts.ArrayOf(left);
        }
    }
}
