using System.Net;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests.Callers;

/// <summary>People who call the API: how they get in, how long they stay, and how they are kept out.</summary>
public sealed class AccountTests
{
    private const string Register = "/api/v1/auth/register";
    private const string Refresh = "/api/v1/auth/refresh";
    private const string Accounts = "/api/v1/accounts";
    private const string Grants = "/api/v1/grants";

    [Theory]
    [BothEngines]
    public async Task The_first_account_is_made_with_the_bootstrap_key_signs_in_calls_and_goes_on_with_its_refresh_token(Engine engine)
    {
        await using var scene = await CallerScene.StartAsync(engine);
        await scene.NewAccountAsync("grants.read", "accounts.manage");

        var signedIn = (await scene.SignInAsync(email: "ADA@example.com")).Must(HttpStatusCode.OK);
        Assert.Equal("900", signedIn["expiresIn"]);
        (await scene.As(signedIn["accessToken"]).GetAsync(Grants)).Must(HttpStatusCode.OK);
        (await scene.As(signedIn["accessToken"]).DeleteAsync($"{Grants}/ou_1")).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");

        // The token ends, the next one comes for the refresh token
        scene.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Contains("expired", (await scene.As(signedIn["accessToken"]).GetAsync(Grants)).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated")["detail"], StringComparison.Ordinal);
        var next = (await RefreshAsync(scene, signedIn["refreshToken"])).Must(HttpStatusCode.OK);
        (await scene.As(next["accessToken"]).GetAsync(Grants)).Must(HttpStatusCode.OK);

        // The old one again: somebody has a copy, so both are out
        (await RefreshAsync(scene, signedIn["refreshToken"])).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        (await RefreshAsync(scene, next["refreshToken"])).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");

        // The log knows who did what, under a name that stays
        var id = (await scene.Api.GetAsync(Accounts)).Must(HttpStatusCode.OK).Json!["items"]!.AsArray().Single()!["id"]!.ToString();
        Assert.Equal(
            [("bootstrap", "account", "created"), ($"account:{id}", "sign_in", "signed_in"), ($"account:{id}", "sign_in", "refresh_token_reused")],
            (await scene.Database.RowsAsync("SELECT actor, action, result FROM audit_log ORDER BY number")).Select(r => ((string)r[0]!, (string)r[1]!, (string)r[2]!)));
    }

    [Fact]
    public async Task Nobody_registers_by_themselves_unless_it_is_allowed_and_then_they_may_do_nothing_yet()
    {
        await using var scene = await CallerScene.StartAsync();
        var closed = (await new Api(scene.Anonymous).PostAsync(Register, new { email = CallerScene.Email, password = CallerScene.Password })).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");
        Assert.Contains("Api__AllowRegistration", closed["detail"], StringComparison.Ordinal);
        Assert.Equal(0, await scene.Database.CountAsync("accounts"));

        await using var open = await CallerScene.StartAsync(Engine.Sqlite, ("Api:AllowRegistration", "true"));
        var stranger = new Api(open.Anonymous);
        (await stranger.PostAsync(Register, new { email = CallerScene.Email, password = CallerScene.Password, permissions = new[] { "grants.read" } })).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");
        var registered = (await stranger.PostAsync(Register, new { email = CallerScene.Email, password = CallerScene.Password })).Must(HttpStatusCode.Created);
        (await open.As(registered["accessToken"]).GetAsync(Grants)).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");
        (await stranger.PostAsync(Register, new { email = CallerScene.Email, password = "another password" })).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        (await stranger.PostAsync(Register, new { email = "eve@example.com", password = "short" })).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        Assert.Equal(1, await open.Database.CountAsync("accounts"));
    }

    [Fact]
    public async Task Without_a_signing_key_accounts_say_which_setting_is_missing()
    {
        await using var scene = await Scene.StartAsync(new() { Flow = Flow.Redirect });

        foreach (var path in (string[])[Register, "/api/v1/auth/login"])
        {
            var answer = (await scene.Api.PostAsync(path, new { email = CallerScene.Email, password = CallerScene.Password })).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");
            Assert.Contains("Api__JwtSigningKey", answer["detail"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_unknown_address_a_wrong_password_and_a_disabled_account_are_answered_alike()
    {
        await using var scene = await CallerScene.StartAsync();
        await scene.NewAccountAsync();
        var id = await OnlyAccountAsync(scene);

        var unknown = await scene.SignInAsync(email: "nobody@example.com");
        var wrong = await scene.SignInAsync("not the password");
        (await scene.Api.SendAsync(HttpMethod.Patch, $"{Accounts}/{id}", Json(new { disabled = true }))).Must(HttpStatusCode.OK);
        var disabled = await scene.SignInAsync();

        foreach (var answer in (ApiAnswer[])[unknown, wrong, disabled])
        {
            answer.MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
            Assert.Equal(unknown["detail"], answer["detail"]);
        }

        await Eventually.TrueAsync("the failures being in the log", async () => await scene.Database.CountAsync("audit_log", "action = 'sign_in'") == 2);
        Assert.Equal(["wrong_password", "disabled"], (await scene.Database.RowsAsync("SELECT result FROM audit_log WHERE action = 'sign_in' ORDER BY number")).Select(r => (string)r[0]!));
    }

    [Theory]
    [BothEngines]
    public async Task The_sixth_try_to_sign_in_within_a_quarter_of_an_hour_is_not_looked_at_from_wherever_it_comes(Engine engine)
    {
        await using var scene = await CallerScene.StartAsync(engine, ("Api:TrustedProxies:0", "127.0.0.1"));
        await scene.NewAccountAsync();
        for (var i = 0; i < 5; i++)
        {
            (await SignInFromAsync(scene, $"192.0.2.{i}", "wrong password")).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        }

        // The name is held back, from any address, but for half a minute only: whoever fails on purpose locks nobody out
        var held = (await SignInFromAsync(scene, "192.0.2.99", CallerScene.Password)).MustBeProblem(HttpStatusCode.TooManyRequests, "rate-limited");
        Assert.InRange(held.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        (await SignInFromAsync(scene, "192.0.2.0", "wrong password")).MustBeProblem(HttpStatusCode.TooManyRequests, "rate-limited");
        scene.Clock.Advance(TimeSpan.FromSeconds(30));
        (await SignInFromAsync(scene, "192.0.2.99", CallerScene.Password)).Must(HttpStatusCode.OK);

        // An address is, whatever the name
        for (var i = 0; i < 5; i++)
        {
            (await SignInFromAsync(scene, "198.51.100.1", "wrong password", $"nobody{i}@example.com")).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        }

        (await SignInFromAsync(scene, "198.51.100.1", "wrong password", "nobody9@example.com")).MustBeProblem(HttpStatusCode.TooManyRequests, "rate-limited");

        scene.Clock.Advance(TimeSpan.FromMinutes(15));
        (await SignInFromAsync(scene, "198.51.100.1", CallerScene.Password)).Must(HttpStatusCode.OK);
        Assert.DoesNotContain("example.com", string.Concat((await scene.Database.RowsAsync("SELECT key FROM sign_in_tries")).Select(r => (string)r[0]!)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_are_changed_and_deleted_by_whoever_may_as_much_as_they_do()
    {
        await using var scene = await CallerScene.StartAsync();
        var tokens = await scene.NewAccountAsync("grants.read", "tokens.read");
        var account = $"{Accounts}/{await OnlyAccountAsync(scene)}";
        var lesser = scene.As((await scene.NewKeyAsync("accounts.manage", "grants.read")).Key);

        // Who may less neither takes it over nor gives what they lack
        Assert.Contains("'tokens.read'", (await lesser.SendAsync(HttpMethod.Patch, account, Json(new { password = "mine from now on" }))).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied")["detail"], StringComparison.Ordinal);
        (await lesser.DeleteAsync(account)).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");
        (await lesser.PostAsync(Register, new { email = "eve@example.com", password = CallerScene.Password, permissions = new[] { "keys.manage" } })).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");

        // Who may, does
        (await scene.Api.SendAsync(HttpMethod.Patch, account, Json(new { }))).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        (await scene.Api.SendAsync(HttpMethod.Patch, account, Json(new { permissions = new[] { "root" } }))).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        var changed = (await scene.Api.SendAsync(HttpMethod.Patch, account, Json(new { permissions = new[] { "grants.read" } }))).Must(HttpStatusCode.OK);
        Assert.Equal("grants.read", Assert.Single(changed.Json!["permissions"]!.AsArray())!.ToString());
        var next = (await RefreshAsync(scene, tokens["refreshToken"])).Must(HttpStatusCode.OK);
        (await scene.As(next["accessToken"]).GetAsync($"{Grants}/ou_1/token")).MustBeProblem(HttpStatusCode.Forbidden, "permission-denied");
        (await scene.Api.DeleteAsync(account)).Must(HttpStatusCode.NoContent);
        (await scene.Api.DeleteAsync(account)).MustBeProblem(HttpStatusCode.NotFound, "not-found");
        (await RefreshAsync(scene, next["refreshToken"])).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");

        // And the log knows what became of it
        var told = (await scene.Database.RowsAsync("SELECT actor, result, detail FROM audit_log WHERE action = 'account' ORDER BY number")).ConvertAll(r => (Actor: (string)r[0]!, Result: (string)r[1]!, Detail: (string)r[2]!));
        Assert.Equal([("bootstrap", "created"), ("bootstrap", "changed"), ("bootstrap", "deleted")], told.Select(t => (t.Actor, t.Result)));
        Assert.Contains("permissions: grants.read", told[1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("disabled", HttpStatusCode.Unauthorized, "unauthenticated")]
    [InlineData("demoted", HttpStatusCode.Forbidden, "permission-denied")]
    [InlineData("deleted", HttpStatusCode.Unauthorized, "unauthenticated")]
    public async Task A_token_that_outlives_its_accounts_power_does_not_bring_it_back(string how, HttpStatusCode status, string type)
    {
        await using var scene = await CallerScene.StartAsync();
        var manager = scene.As((await scene.NewAccountAsync("accounts.manage", "keys.manage", "tokens.read"))["accessToken"]);
        var account = $"{Accounts}/{await OnlyAccountAsync(scene)}";
        _ = how switch
        {
            "disabled" => (await scene.Api.SendAsync(HttpMethod.Patch, account, Json(new { disabled = true }))).Must(HttpStatusCode.OK),
            "demoted" => (await scene.Api.SendAsync(HttpMethod.Patch, account, Json(new { permissions = Array.Empty<string>() }))).Must(HttpStatusCode.OK),
            _ => (await scene.Api.DeleteAsync(account)).Must(HttpStatusCode.NoContent),
        };

        (await manager.SendAsync(HttpMethod.Patch, account, Json(new { disabled = false, permissions = new[] { "accounts.manage" } }))).MustBeProblem(status, type);
        (await manager.PostAsync("/api/v1/api-keys", new { name = "mine", permissions = new[] { "keys.manage" } })).MustBeProblem(status, type);
        (await manager.GetAsync($"{Grants}/ou_1/token")).MustBeProblem(status, type);
        var registering = await manager.PostAsync(Register, new { email = "again@example.com", password = CallerScene.Password, permissions = new[] { "accounts.manage" } });
        registering.MustBeProblem(status, type);
        Assert.Equal(0, await scene.Database.CountAsync("api_keys"));
        Assert.Equal(0, await scene.Database.CountAsync("accounts", "email LIKE 'again%'"));
    }

    [Fact]
    public async Task One_refresh_token_at_two_replicas_at_once_works_once_at_most_and_then_nothing_of_its_family_does()
    {
        var (scene, other, url) = await CallerScene.StartTwoAsync();
        await using var both = scene;
        await using var second = other;
        var token = (await scene.NewAccountAsync())["refreshToken"];
        using var there = CallerScene.Client(url, null);
        Api[] apis = [new(scene.Anonymous), new(there)];

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => apis[i % 2].PostAsync(Refresh, new { refreshToken = token }))));

        var good = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a != good), a => a.MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated"));
        (await apis[0].PostAsync(Refresh, new { refreshToken = good["refreshToken"] })).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        Assert.Equal(1, await scene.Database.CountAsync("audit_log", "result = 'refresh_token_reused'"));
    }

    [Fact]
    public async Task Twenty_guesses_at_two_replicas_at_once_are_five()
    {
        var (scene, other, url) = await CallerScene.StartTwoAsync();
        await using var both = scene;
        await using var second = other;
        await scene.NewAccountAsync();
        using var there = CallerScene.Client(url, null);
        Api[] apis = [new(scene.Anonymous), new(there)];

        Task<ApiAnswer> GuessAsync(int i) => apis[i % 2].PostAsync("/api/v1/auth/login", new { email = CallerScene.Email, password = "guess number " + i });

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => GuessAsync(i))));
        var looks = answers.Count(a => a.Status == HttpStatusCode.Unauthorized);
        Assert.Equal(20 - looks, answers.Count(a => a.Status == HttpStatusCode.TooManyRequests));

        // For some there may have been no processor free: their tries were given back, and are there still
        Assert.InRange(looks, 0, 5);
        for (; looks < 5; looks++)
        {
            (await GuessAsync(looks)).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        }

        (await GuessAsync(5)).MustBeProblem(HttpStatusCode.TooManyRequests, "rate-limited");
    }

    private static Task<ApiAnswer> RefreshAsync(Scene scene, string? token) => new Api(scene.Anonymous).PostAsync(Refresh, new { refreshToken = token });

    private static async Task<string> OnlyAccountAsync(Scene scene) => (await scene.Api.GetAsync(Accounts)).Must(HttpStatusCode.OK).Json!["items"]!.AsArray().Single()!["id"]!.ToString();

    private static async Task<ApiAnswer> SignInFromAsync(Scene scene, string address, string password, string email = CallerScene.Email)
    {
        using var client = CallerScene.Client(scene.Url, null);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return await new Api(client).PostAsync("/api/v1/auth/login", new { email, password });
    }

    private static System.Net.Http.Json.JsonContent Json(object body) => System.Net.Http.Json.JsonContent.Create(body);
}
