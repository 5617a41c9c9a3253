using System.Net;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Sealing;

/// <summary>Somebody who can write to the database, but has no key, moves sealed values about.</summary>
public sealed class RowSwapTests
{
    [Theory]
    [BothEngines]
    public async Task A_token_moved_to_another_persons_row_serves_nobody_and_is_named_by_its_row(Engine engine)
    {
        await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = Flow.Redirect });
        var (ava, mei) = (scene.Ava, scene.Mei);
        await scene.GrantAsync(ava, Scene.AiScopes);
        await scene.GrantAsync(mei, Scene.AiScopes);
        var meis = (await TokenAsync(scene, mei)).Must(HttpStatusCode.OK)["accessToken"]!;
        var sealedText = (string)(await scene.Database.ScalarAsync($"SELECT access_token FROM user_grants WHERE open_id = '{mei.OpenId}'"))!;

        // When Ava's row gets Mei's token
        await scene.Database.ExecuteAsync($"UPDATE user_grants SET access_token = '{sealedText}' WHERE open_id = '{ava.OpenId}'");
        scene.Clock.Advance(TimeSpan.FromSeconds(6)); // what is in memory is forgotten

        // Then whoever acts for Ava is told, and nothing of it is shown
        var answer = (await TokenAsync(scene, ava)).MustBeProblem(HttpStatusCode.InternalServerError, "internal");
        Assert.Contains("keys verify", answer["detail"], StringComparison.Ordinal);
        Assert.Contains(scene.AllOutput, line => line.Contains(ava.OpenId, StringComparison.Ordinal) && line.Contains("does not open: it was changed or belongs to another row", StringComparison.Ordinal));
        Assert.DoesNotContain(scene.AllOutput.Append(answer.Text), line => line.Contains(meis, StringComparison.Ordinal) || line.Contains(sealedText, StringComparison.Ordinal));
        Assert.Equal(1, await scene.Database.CountAsync("audit_log", "action = 'token_hand_out'")); // Mei's own

        // And the question in chat ends with words, the service lives, and Mei's token serves Mei
        var question = ava.Write("Hello?");
        await Eventually.TrueAsync("a reply", () => ava.Replies(question).Count > 0);
        Assert.DoesNotContain(ava.Replies(question), Person.IsAnswer);
        (await TokenAsync(scene, mei)).Must(HttpStatusCode.OK);
        Assert.True(await scene.IsReadyAsync());

        // And the command names the row
        var (exit, output, errors) = await ServiceProcess.RunAsync(scene.Settings(), "keys", "verify");
        Assert.Equal(1, exit);
        var row = (string)(await scene.Database.ScalarAsync($"SELECT CAST(id AS TEXT) FROM user_grants WHERE open_id = '{ava.OpenId}'"))!;
        Assert.Contains($"user_grants.access_token of row {row}: A sealed value (access_token) does not open", errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(sealedText, output + errors, StringComparison.Ordinal);

        // And a new consent mends it
        (await scene.Api.PostAsync("/api/v1/authorizations", new { openId = ava.OpenId, scopes = (string[])["im:message"] })).Must(HttpStatusCode.Created);
        await ava.AgreeAsync(await ava.AskedAsync());
        await Eventually.TrueAsync("Ava's own token", async () => (await TokenAsync(scene, ava)).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_refresh_token_in_the_access_tokens_column_is_not_handed_out()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });
        await scene.GrantAsync(scene.Ava, Scene.AiScopes);
        await scene.Database.ExecuteAsync("UPDATE user_grants SET access_token = refresh_token");

        (await TokenAsync(scene, scene.Ava)).MustBeProblem(HttpStatusCode.InternalServerError, "internal");
        await scene.Database.ExecuteAsync("UPDATE user_grants SET refresh_token = 'bm9uc2Vuc2U='");
        (await scene.Api.PostAsync($"/api/v1/grants/{scene.Ava.OpenId}/refresh", new { })).MustBeProblem(HttpStatusCode.InternalServerError, "internal");
        Assert.Equal(0, scene.Platform.TokenCalls("refresh_token"));
    }

    private static Task<ApiAnswer> TokenAsync(Scene scene, Person person) => scene.Api.GetAsync($"/api/v1/grants/{person.OpenId}/token");
}
