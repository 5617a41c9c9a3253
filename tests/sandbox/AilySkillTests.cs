using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.Tests;

/// <summary>Skills that answer at once, and knowledge that answers as a stream.</summary>
public sealed class AilySkillTests : SandboxTest
{
    private string _token = "";

    private protected override SandboxOptions Options { get; } = new() { RunDuration = TimeSpan.FromMilliseconds(250) };

    private string App => $"/open-apis/aily/v1/apps/{Options.AilyAppId}";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _token = Platform.Grant(LiLei.OpenId, "aily:skill:read", "aily:skill:write", "aily:knowledge:ask").Access.Value;
    }

    [Fact]
    public async Task Skills_are_listed_shown_and_started()
    {
        var skills = (await CallAsync(HttpMethod.Get, $"{App}/skills", bearer: _token)).Data["skills"]!.AsArray();
        Assert.Equal(["Summarise", "Echo"], skills.Select(s => s!["label"]!.ToString()));
        var echo = skills[1]!["id"]!.ToString();
        Assert.Equal("Echo", (await CallAsync(HttpMethod.Get, $"{App}/skills/{echo}", bearer: _token)).Data["skill"]!["label"]!.ToString());

        var started = await PostAsync($"{App}/skills/{echo}/start", new JsonObject { ["global_variable"] = new JsonObject { ["query"] = "hello" }, ["input"] = """{"a":1}""" }, _token);
        Assert.Equal(("success", """{"query":"hello","input":{"a":1}}"""), (started.Data["status"]!.ToString(), started.Data["output"]!.ToString()));
        Assert.Equal(2700001, (await PostAsync($"{App}/skills/{echo}/start", new JsonObject { ["input"] = "[]" }, _token)).Code);
        Assert.Equal(2700001, (await PostAsync($"{App}/skills/skill_none/start", bearer: _token)).Code);
        Assert.Equal(2700001, (await CallAsync(HttpMethod.Get, "/open-apis/aily/v1/apps/spring_other__c/skills", bearer: _token)).Code);
    }

    [Fact]
    public async Task Knowledge_comes_piece_by_piece_each_with_all_that_was_said()
    {
        var said = new List<(string Status, string Content)>();
        var firstBeforeLast = false;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Sandbox.Url, $"{App}/knowledges/ask"))
        {
            Content = new StringContent("""{"message":{"content":"Which film? 🎬"}}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", _token);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                firstBeforeLast |= said.Count == 0 && Platform.Wire.Last(5).All(e => !e.Title.Contains("knowledges", StringComparison.Ordinal));
                var piece = JsonNode.Parse(line[6..])!;
                said.Add((piece["status"]!.ToString(), piece["message"]!["content"]!.ToString()));
            }
        }

        Assert.True(firstBeforeLast, "the first piece came only when all was written");
        Assert.Equal((6, "finished"), (said.Count, said[^1].Status));
        Assert.All(said.Zip(said.Skip(1)), pair => Assert.StartsWith(pair.First.Content, pair.Second.Content, StringComparison.Ordinal));
        await Platform.WaitForAsync(() => Platform.Wire.Last(5).Any(e => e.Title.Contains("knowledges/ask -> 200", StringComparison.Ordinal)), Patience);
    }

    [Theory]
    [InlineData("sandbox:fail", 200, 2700033)]
    [InlineData("sandbox:forbidden", 200, 2700034)]
    [InlineData("sandbox:long", 200, 2700035)]
    [InlineData("", 400, 2700001)]
    public async Task What_goes_wrong_comes_as_JSON(string content, int status, long code)
    {
        var refused = await PostAsync($"{App}/knowledges/ask", new JsonObject { ["message"] = new JsonObject { ["content"] = content } }, _token);
        Assert.Equal((status, code), (refused.Status, refused.Code!.Value));
    }
}
