using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Operations;

/// <summary>Another system that makes calls in people's names and comes back for the answers.</summary>
/// <param name="http">Its line to one replica.</param>
/// <param name="toCall">Turns a wish into a request: over a route of the test's, or over the proxy.</param>
internal sealed class Caller(HttpClient http, Func<TestCall.Wanted, HttpRequestMessage> toCall)
{
    public const string Sessions = "/open-apis/aily/v1/sessions";
    public const string Write = "aily:session:write";

    /// <summary>For writing and reading: one consent for two calls.</summary>
    public const string Both = "aily:session:read aily:session:write";

    /// <summary>Over <see cref="TestCall"/>.</summary>
    public static HttpRequestMessage Direct(TestCall.Wanted wanted) => new(HttpMethod.Post, TestCall.Path) { Content = JsonContent.Create(wanted) };

    /// <summary>Begins an AI session: each call makes another one, so that the platform can be asked how often it was called.</summary>
    public Task<Answer> BeginAsync(Person person, bool waits = true, string? key = null, string? scopes = Write) => CallAsync(new(person.OpenId, "POST", Sessions, null, scopes), waits, key);

    public async Task<Answer> CallAsync(TestCall.Wanted wanted, bool waits = true, string? key = null)
    {
        using var request = toCall(wanted);
        if (waits)
        {
            request.Headers.Add("Prefer", "respond-async");
        }

        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var answer = await http.SendAsync(request);
        return await Answer.OfAsync(answer);
    }

    /// <summary>A call that has to wait for its user.</summary>
    /// <returns>Where to ask what became of it.</returns>
    public async Task<string> ParkAsync(Person person, string? scopes = Write)
    {
        var parked = await BeginAsync(person, scopes: scopes);
        Assert.True(parked.Status == 202, parked.Text);
        Assert.Equal("respond-async", parked["Preference-Applied"]);
        Assert.Equal($"/api/v1/operations/{parked.Json!["id"]}", parked["Location"]);
        return parked["Location"]!;
    }

    public async Task<Answer> AskAsync(string location, int wait = 0)
    {
        using var answer = await http.GetAsync(new Uri($"{location}?wait={wait}", UriKind.Relative));
        return await Answer.OfAsync(answer);
    }

    /// <summary>Asks until it has ended.</summary>
    public async Task<JsonNode> EndOfAsync(string location, string state)
    {
        var seen = await Eventually.FindAsync($"the operation's end", async () => (await AskAsync(location, wait: 5)).Json is { } json && json["state"]!.ToString() is not ("waiting_for_user" or "running") ? json : null);
        Assert.True(seen["state"]!.ToString() == state, seen.ToJsonString());
        return seen;
    }
}

/// <summary>What came back.</summary>
internal sealed record Answer(int Status, string Text, JsonNode? Json, IReadOnlyDictionary<string, string> Headers)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);

    public static async Task<Answer> OfAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        var headers = answer.Headers.Concat(answer.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new((int)answer.StatusCode, text, text.StartsWith('{') ? JsonNode.Parse(text) : null, headers);
    }
}
