using System.Text.Json.Nodes;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Security;

/// <summary>Somebody presses what was not meant for them: a forwarded card, copied values, another app's button.</summary>
public sealed class ForwardedCardTests(RedirectService service) : IClassFixture<RedirectService>
{
    [Theory]
    [InlineData(Person.Authorize)]
    [InlineData(Person.Decline)]
    [InlineData(Person.Renew)]
    public async Task Somebody_elses_click_is_told_so_and_changes_nothing(string action)
    {
        var (owner, other) = (service.Somebody(), service.Somebody());
        var asked = await service.AskAsync(owner);

        await service.MustChangeNothingAsync(async () =>
        {
            var answer = await service.Scene.PushClickAsync(other, Value(action, asked.SessionId), asked.Card);
            Assert.Contains("somebody else", Toast(answer), StringComparison.Ordinal);
            Assert.False(HasCard(answer));
        });
    }

    [Fact]
    public async Task A_session_copied_into_the_values_of_ones_own_card_is_still_somebody_elses()
    {
        var (owner, thief) = (service.Somebody(), service.Somebody());
        var (theirs, own) = (await service.AskAsync(owner), await service.AskAsync(thief));

        await service.MustChangeNothingAsync(async () =>
        {
            var answer = await service.Scene.PushClickAsync(thief, Value(Person.Authorize, theirs.SessionId), own.Card);
            Assert.Contains("somebody else", Toast(answer), StringComparison.Ordinal);
            Assert.DoesNotContain(theirs.State, answer, StringComparison.Ordinal); // the link does not leave with the answer
        });
    }

    [Fact]
    public async Task Another_apps_session_is_not_known_here()
    {
        var person = service.Somebody();
        var asked = await service.AskAsync(person);
        await service.Scene.Database.ExecuteAsync($"UPDATE authorization_sessions SET app_id = 'cli_another' WHERE session_id = '{asked.SessionId}'");

        await service.MustChangeNothingAsync(async () =>
        {
            foreach (var action in new[] { Person.Authorize, Person.Decline, Person.Renew })
            {
                Assert.Contains("too old", Toast(await service.Scene.PushClickAsync(person, Value(action, asked.SessionId), asked.Card)), StringComparison.Ordinal);
            }
        });
    }

    [Theory]
    [InlineData("""{"action":"consent.open","session":"AAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"action":"consent.open","session":"' OR 1=1 --"}""")]
    [InlineData("""{"action":"consent.open","session":42}""")]
    [InlineData("""{"action":"consent.open","session":{"$ne":""}}""")]
    [InlineData("""{"action":"consent.open","session":null}""")]
    [InlineData("""{"action":"consent.open"}""")]
    [InlineData("""{"action":"consent.take_all","session":"AAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"action":["consent.open"]}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"consent.open\"")]
    public async Task Guessed_malformed_and_unknown_values_change_nothing_and_break_nothing(string value)
    {
        var person = service.Somebody();

        await service.MustChangeNothingAsync(async () => await service.Scene.PushClickAsync(person, JsonNode.Parse(value)!)); // which asserts that it was answered
        Assert.True(await service.Scene.IsReadyAsync());
    }

    [Fact]
    public async Task A_session_id_as_long_as_a_card_changes_nothing()
    {
        var person = service.Somebody();

        await service.MustChangeNothingAsync(() => service.Scene.PushClickAsync(person, Value(Person.Authorize, new string('A', 20_000))));
    }

    [Fact]
    public async Task A_guessed_session_is_not_found_over_REST_either()
    {
        (await service.Scene.Api.GetAsync("/api/v1/authorizations/AAAAAAAAAAAAAAAAAAAAAA")).MustBeProblem(System.Net.HttpStatusCode.NotFound, "not-found");
        using var nobody = await service.Scene.Anonymous.GetAsync(new Uri("/api/v1/authorizations/AAAAAAAAAAAAAAAAAAAAAA", UriKind.Relative));
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

    private static JsonObject Value(string action, string session) => new() { ["action"] = action, ["session"] = session };

    private static string Toast(string answer) => JsonNode.Parse(answer)?["toast"]?.ToJsonString() ?? "";

    private static bool HasCard(string answer) => JsonNode.Parse(answer)?["card"] is not null;
}
