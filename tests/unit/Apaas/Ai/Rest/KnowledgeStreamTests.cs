using System.Text;
using LarkService.Apaas.Ai.Rest;
using LarkService.Platform.OpenApi;

namespace LarkService.UnitTests.Apaas.Ai.Rest;

public sealed class KnowledgeStreamTests
{
    private const string Begun = "data: {\"status\":\"processing\",\"message\":{\"content\":\"I\"}}\n\n";

    [Fact]
    public async Task The_last_event_is_the_answer()
    {
        var last = await ReadAsync(Begun + "data: {\"status\":\"finished\",\"finish_type\":\"qa\",\"has_answer\":true,\"message\":{\"content\":\"I suggest film A. [1]\"}}\n\n");

        Assert.Equal("I suggest film A. [1]", last.GetProperty("message").GetProperty("content").GetString());
    }

    [Theory]
    [InlineData(Begun)]
    [InlineData("")]
    public async Task An_answer_without_an_end_is_none(string text) => await Assert.ThrowsAsync<HttpRequestException>(() => ReadAsync(text));

    [Theory]
    [InlineData("application/json", "{\"code\":2700034,\"msg\":\"forbidden\"}")]
    [InlineData("text/event-stream", Begun + "data: {\"code\":2700034,\"msg\":\"forbidden\"}\n\n")]
    public async Task A_refusal_is_one_wherever_it_stands(string type, string text) =>
        Assert.Equal(2700034, (await Assert.ThrowsAsync<PlatformException>(() => ReadAsync(text, type))).Error.Code);

    [Fact]
    public async Task An_answer_that_does_not_end_is_not_read_for_ever()
    {
        var text = Begun + "data: " + new string('x', PlatformAnswer.MaxBytes);

        Assert.Equal(HttpRequestError.ConfigurationLimitExceeded, (await Assert.ThrowsAsync<HttpRequestException>(() => ReadAsync(text))).HttpRequestError);
    }

    private static async Task<System.Text.Json.JsonElement> ReadAsync(string text, string type = "text/event-stream")
    {
        using var response = new HttpResponseMessage { Content = new StringContent(text, Encoding.UTF8, type) };
        return await KnowledgeStream.LastAsync(response, default);
    }
}
