using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.Faults;

/// <summary>The body of a fault's call: what is missing is left as it is, what is wrong is told by name with what would be right.</summary>
internal sealed class FaultInput
{
    private readonly JsonObject _body;
    private readonly List<string> _errors = [];

    private FaultInput(JsonObject body) => _body = body;

    /// <summary>All that is wrong with it, for the person who sent it; null = nothing.</summary>
    public string? Error => _errors.Count == 0 ? null : string.Join(' ', _errors);

    public static async Task<FaultInput> ReadAsync(HttpRequest request, string[] known, CancellationToken ct)
    {
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, ct);
        var parsed = bytes.Length == 0 ? new JsonObject() : Json.Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        var input = new FaultInput(parsed as JsonObject ?? []);
        if (parsed is not JsonObject)
        {
            input._errors.Add("The body must be a JSON object.");
        }

        var unknown = input._body.Select(p => p.Key).Except(known).ToList();
        if (unknown.Count > 0)
        {
            input._errors.Add($"Not known here: {string.Join(", ", unknown)}. Known: {(known.Length == 0 ? "nothing" : string.Join(", ", known))}.");
        }

        return input;
    }

    public bool Has(string name) => _body.ContainsKey(name);

    /// <summary>It is there, and it says: nothing.</summary>
    public bool IsNull(string name) => Has(name) && _body[name] is null;

    public double? Number(string name, double least, double most)
    {
        if (!Has(name) || IsNull(name))
        {
            return null;
        }

        if (_body[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.GetValue<double>() is var number && number >= least && number <= most)
        {
            return number;
        }

        _errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number from {least} to {most}."));
        return null;
    }

    public int? Whole(string name, int least, int most) => Number(name, least, most) is { } number ? (int)number : null;

    public bool? Flag(string name)
    {
        if (Has(name) && _body.Flag(name) is null)
        {
            _errors.Add($"{name} must be true or false.");
        }

        return _body.Flag(name);
    }

    public string? Text(string name)
    {
        if (Has(name) && !IsNull(name) && _body.Text(name) is null)
        {
            _errors.Add($"{name} must be a text.");
        }

        return _body.Text(name);
    }

    /// <summary>One of these words; the first when it is left out.</summary>
    public string Word(string name, params string[] words)
    {
        var word = Text(name) ?? words[0];
        if (!words.Contains(word))
        {
            _errors.Add($"{name} must be one of: {string.Join(", ", words)}.");
        }

        return word;
    }

    public JsonNode? Node(string name) => _body[name];

    public void Demand(bool holds, string error)
    {
        if (!holds)
        {
            _errors.Add(error);
        }
    }
}
