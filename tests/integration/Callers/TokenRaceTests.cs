using System.Net;
using System.Net.Http.Json;
using LarkService.IntegrationTests.Support;
using Npgsql;

namespace LarkService.IntegrationTests.Callers;

/// <summary>Whoever ends the tokens of an account ends the one too that comes forth in that very moment.</summary>
public sealed class TokenRaceTests
{
    private const string Refresh = "/api/v1/auth/refresh";

    [Theory]
    [InlineData("a new password")]
    [InlineData("a token used twice")]
    public async Task A_token_that_comes_forth_while_all_are_ended_does_not_live_on(string ends)
    {
        await using var scene = await CallerScene.StartAsync(Engine.Postgres);
        var first = (await scene.NewAccountAsync())["refreshToken"];
        var second = (await RefreshAsync(scene, first)).Must(HttpStatusCode.OK)["refreshToken"];

        // Given a refresh that stands just before its next token is stored
        await scene.Database.ExecuteAsync("""
            CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END $$;
            CREATE TRIGGER hold BEFORE INSERT ON refresh_tokens FOR EACH ROW EXECUTE FUNCTION hold();
            """);
        await using var holder = new NpgsqlConnection(scene.Database.ConnectionString + ";Pooling=false");
        await holder.OpenAsync();
        await RunAsync(holder, "SELECT pg_advisory_lock(7)");
        var refreshing = RefreshAsync(scene, second);
        await WaitingAsync(scene, 1);

        // When all that followed from that sign-in is ended meanwhile
        var ending = ends == "a token used twice" ? RefreshAsync(scene, first) : NewPasswordAsync(scene);
        await WaitingAsync(scene, 2);
        await RunAsync(holder, "SELECT pg_advisory_unlock(7)");

        // Then what came of the refresh has ended, too
        var third = (await refreshing).Must(HttpStatusCode.OK)["refreshToken"];
        await ending;
        (await RefreshAsync(scene, third)).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        Assert.Equal(0, await scene.Database.CountAsync("refresh_tokens", "revoked_at IS NULL"));
    }

    private static Task<ApiAnswer> RefreshAsync(Scene scene, string? token) => new Api(scene.Anonymous).PostAsync(Refresh, new { refreshToken = token });

    private static async Task<ApiAnswer> NewPasswordAsync(Scene scene)
    {
        var id = (await scene.Api.GetAsync("/api/v1/accounts")).Must(HttpStatusCode.OK).Json!["items"]!.AsArray().Single()!["id"]!;
        return await scene.Api.SendAsync(HttpMethod.Patch, $"/api/v1/accounts/{id}", JsonContent.Create(new { password = "quite another one" }));
    }

    private static Task WaitingAsync(Scene scene, int number) => Eventually.TrueAsync($"{number} waiting for a lock", async () =>
        Convert.ToInt32(await scene.Database.ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"), System.Globalization.CultureInfo.InvariantCulture) >= number);

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
