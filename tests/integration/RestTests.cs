using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using LarkService.IntegrationTests.Security;
using LarkService.IntegrationTests.Support;

namespace LarkService.IntegrationTests;

/// <summary>The REST API as other systems use it.</summary>
public abstract class RestTests
{
    private const string Authorizations = "/api/v1/authorizations";
    private const string Grants = "/api/v1/grants";

    private static SceneOptions Redirect(Engine engine = Engine.Sqlite) => new() { Engine = engine, Flow = Flow.Redirect };

    private static void HoldsNoSecret(Scene scene, ApiAnswer answer) =>
        Assert.DoesNotContain(scene.Platform.IssuedSecrets, secret => answer.Text.Contains(secret, StringComparison.Ordinal));

    public sealed class Asking
    {
        [Theory]
        [EnginesAndFlows]
        public async Task The_first_request_sends_a_card_the_same_one_again_does_not_and_after_consent_there_is_nothing_to_ask(Engine engine, Flow flow)
        {
            await using var scene = await Scene.StartAsync(new() { Engine = engine, Flow = flow });
            var ava = scene.Ava;

            var first = (await scene.Api.PostAsync(Authorizations, new { openId = ava.OpenId, scopes = Scene.AiScopes, reason = "Sum up *your* day", detail = "detailed" })).Must(HttpStatusCode.Created);
            Assert.Equal(("pending", flow.ToString().ToLowerInvariant()), (first["state"], first["flow"]));
            Assert.Equal($"{Authorizations}/{first["sessionId"]}", first.Location!.ToString());
            Assert.True(DateTimeOffset.Parse(first["expiresAt"]!, System.Globalization.CultureInfo.InvariantCulture) > TimeProvider.System.GetUtcNow());
            var card = scene.Platform.FindMessage(first["messageId"]!)!;
            Assert.Contains("Sum up", card.Text(), StringComparison.Ordinal);
            Assert.DoesNotContain("*your*", card.Text(), StringComparison.Ordinal);

            var again = (await scene.Api.AskAsync(ava)).Must(HttpStatusCode.OK);
            Assert.Equal((first["sessionId"], first["messageId"]), (again["sessionId"], again["messageId"]));
            Assert.Single(ava.AuthorizationCards);

            var session = (await scene.Api.GetAsync($"{Authorizations}/{first["sessionId"]}")).Must(HttpStatusCode.OK);
            Assert.Equal(("pending", ava.OpenId, first["messageId"]), (session["state"], session["openId"], session["messageId"]));
            HoldsNoSecret(scene, session);

            await ava.AgreeAsync(card);
            await card.TurnsAsync("green");
            Assert.Equal("authorized", await scene.SessionStateAsync(first["sessionId"]!));
            var after = (await scene.Api.AskAsync(ava, Scene.AiScopes)).Must(HttpStatusCode.OK);
            Assert.Equal("authorized", after["state"]);
            HoldsNoSecret(scene, after);
        }

        [Fact]
        public async Task Twenty_at_once_send_one_card()
        {
            await using var scene = await Scene.StartAsync(Redirect(Engine.Postgres));

            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => scene.Api.AskAsync(scene.Ava)));

            Assert.All(answers, a => Assert.True(a.Status is HttpStatusCode.Created or HttpStatusCode.OK, a.Text));
            Assert.Single(answers.Select(a => a["sessionId"]).Distinct());
            Assert.Single(scene.Ava.AuthorizationCards);
        }

        [Fact]
        public async Task The_sixth_new_session_of_a_person_within_a_minute_is_held_back_with_a_time()
        {
            await using var scene = await Scene.StartAsync(Redirect());
            string[] scopes = ["contact:user.email:readonly", "contact:user.phone:readonly", "contact:user.employee:readonly", "im:message", "minutes:minutes:readonly", "aily:run:read"];
            foreach (var scope in scopes.Take(5))
            {
                (await scene.Api.AskAsync(scene.Ava, scope)).Must(HttpStatusCode.Created);
            }

            var answer = await scene.Api.AskAsync(scene.Ava, scopes[5]);

            answer.MustBeProblem(HttpStatusCode.TooManyRequests, "rate-limited");
            Assert.InRange(answer.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
            (await scene.Api.AskAsync(scene.Ava, scopes[0])).Must(HttpStatusCode.OK);
            (await scene.Api.AskAsync(scene.Mei, scopes[5])).Must(HttpStatusCode.Created);
        }
    }

    public sealed class Edges(RedirectService service) : IClassFixture<RedirectService>
    {
        [Theory]
        [InlineData("{}", "openId")]
        [InlineData("""{"openId":"somebody"}""", "openId")]
        [InlineData("""{"openId":"ou_1' OR '1'='1"}""", "openId")]
        [InlineData("""{"openId":"ou_1","scopes":["a b"]}""", "scopes")]
        [InlineData("""{"openId":"ou_1","scopes":[""]}""", "scopes")]
        [InlineData("""{"openId":"ou_1","detail":"everything"}""", "detail")]
        [InlineData("""{"openId":"ou_1","scopes":"aily"}""", "body")]
        [InlineData("""{"openId":""", "body")]
        [InlineData("""[]""", "body")]
        [InlineData("", "body")]
        public async Task What_is_wrong_with_a_request_is_said(string body, string about)
        {
            var scene = service.Scene;

            var answer = await scene.Api.SendAsync(HttpMethod.Post, Authorizations, new StringContent(body, Encoding.UTF8, "application/json"));

            answer.MustBeProblem(HttpStatusCode.BadRequest, "validation");
            Assert.Contains(about, answer["detail"], StringComparison.OrdinalIgnoreCase);
        }

        [Fact]
        public async Task Limits_on_what_a_request_may_hold_are_said()
        {
            var scene = service.Scene;
            var person = service.Somebody();
            var openId = person.OpenId;

            (await scene.Api.PostAsync(Authorizations, new { openId, reason = new string('x', 201) })).MustBeProblem(HttpStatusCode.BadRequest, "validation");
            (await scene.Api.PostAsync(Authorizations, new { openId, scopes = Enumerable.Range(0, 51).Select(i => $"scope:{i}") })).MustBeProblem(HttpStatusCode.BadRequest, "validation");
            var unknown = (await scene.Api.PostAsync(Authorizations, new { openId, appId = "cli_0000000000000000" })).MustBeProblem(HttpStatusCode.BadRequest, "unknown-app");
            Assert.Contains(scene.Options.Sandbox.AppId, unknown["detail"], StringComparison.Ordinal);
            Assert.Empty(person.Inbox);
        }

        [Fact]
        public async Task A_person_the_platform_does_not_know_is_the_platforms_error()
        {
            var scene = service.Scene;

            var answer = await scene.Api.PostAsync(Authorizations, new { openId = "ou_ffffffffffffffffffffffffffffffff" });

            answer.MustBeProblem(HttpStatusCode.BadGateway, "platform-error");
            Assert.NotNull(answer["code"]);
        }

        [Fact]
        public async Task Strangers_and_wrong_keys_are_asked_who_they_are()
        {
            var scene = service.Scene;
            var stranger = new Api(scene.Anonymous);

            foreach (var path in (string[])[Grants, $"{Grants}/ou_1", $"{Authorizations}/x"])
            {
                (await stranger.GetAsync(path)).MustBeProblem(HttpStatusCode.Unauthorized, "unauthenticated");
            }

            foreach (var header in (string[])["Bearer wrong", "Bearer ", "Basic " + scene.BootstrapKey, scene.BootstrapKey])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, Grants);
                request.Headers.TryAddWithoutValidation("Authorization", header);
                using var answer = await scene.Anonymous.SendAsync(request);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
            }
        }

        [Fact]
        public async Task Unknown_routes_ids_and_methods_are_not_found_as_problems()
        {
            var scene = service.Scene;

            (await scene.Api.GetAsync("/api/v1/nothing")).MustBeProblem(HttpStatusCode.NotFound, "not-found");
            (await scene.Api.GetAsync("/nothing")).MustBeProblem(HttpStatusCode.NotFound, "not-found");
            (await scene.Api.GetAsync($"{Authorizations}/unknown")).MustBeProblem(HttpStatusCode.NotFound, "not-found");
            (await scene.Api.GetAsync($"{Grants}/ou_unknown")).MustBeProblem(HttpStatusCode.NotFound, "not-found");
            (await scene.Api.DeleteAsync($"{Grants}/ou_unknown")).MustBeProblem(HttpStatusCode.NotFound, "not-found");
            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await scene.Api.SendAsync(HttpMethod.Patch, Grants)).Status);
        }

        [Fact]
        public async Task A_body_of_more_than_a_megabyte_is_too_large()
        {
            var scene = service.Scene;
            var body = JsonContent.Create(new { openId = scene.Ava.OpenId, reason = new string('x', 1_100_000) });
            await body.LoadIntoBufferAsync();

            (await scene.Api.SendAsync(HttpMethod.Post, Authorizations, body)).MustBeProblem(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
        }

        [Fact]
        public async Task A_body_that_is_no_JSON_is_refused_as_such()
        {
            var scene = service.Scene;
            var content = new ByteArrayContent([0xff, 0xfe, 0x00]) { Headers = { ContentType = MediaTypeHeaderValue.Parse("application/json") } };
            (await scene.Api.SendAsync(HttpMethod.Post, Authorizations, content)).MustBeProblem(HttpStatusCode.BadRequest, "validation");

            var text = await scene.Api.SendAsync(HttpMethod.Post, Authorizations, new StringContent("hello", Encoding.UTF8, "text/plain"));
            Assert.True(text.Status is HttpStatusCode.UnsupportedMediaType or HttpStatusCode.BadRequest, text.Text);
        }
    }

    public sealed class Listing
    {
        [Theory]
        [BothEngines]
        public async Task Grants_are_listed_page_by_page_found_one_by_one_and_taken_back(Engine engine)
        {
            await using var scene = await Scene.StartAsync(Redirect(engine));
            foreach (var person in (Person[])[scene.Lei, scene.Mei, scene.Ava])
            {
                await scene.GrantAsync(person, "contact:user.email:readonly");
            }

            // Pages
            var first = (await scene.Api.GetAsync($"{Grants}?limit=2")).Must(HttpStatusCode.OK);
            var second = (await scene.Api.GetAsync($"{Grants}?limit=2&cursor={first["nextCursor"]}")).Must(HttpStatusCode.OK);
            Assert.Null(second["nextCursor"]);
            Assert.Equal([scene.Lei.OpenId, scene.Mei.OpenId, scene.Ava.OpenId], OpenIds(first).Concat(OpenIds(second)));
            HoldsNoSecret(scene, first);

            // One
            var one = (await scene.Api.GetAsync($"{Grants}/{scene.Ava.OpenId}?appId={scene.Options.Sandbox.AppId}")).Must(HttpStatusCode.OK);
            Assert.Equal(("active", "Ava Stone"), (one["status"], one["name"]));
            Assert.Contains("contact:user.email:readonly", one.Json!["scopes"]!.AsArray().Select(s => s!.ToString()));
            Assert.NotNull(one["accessTokenExpiresAt"]);
            HoldsNoSecret(scene, one);

            // Taken back: the tokens are gone here and on the platform, the person is told
            Assert.Equal(HttpStatusCode.NoContent, (await scene.Api.DeleteAsync($"{Grants}/{scene.Ava.OpenId}")).Status);
            Assert.Equal([null, null], (await scene.Database.RowsAsync($"SELECT access_token, refresh_token FROM user_grants WHERE open_id = '{scene.Ava.OpenId}'"))[0]);
            await scene.Ava.CardAsync("the news of the revocation", m => m.Text().Contains("An administrator removed", StringComparison.Ordinal));
            Assert.False(scene.Platform.Tokens.GrantOf(scene.Ava.OpenId).HasGrant);
            Assert.Equal("revoked", await scene.GrantStatusAsync(scene.Ava));
            Assert.Equal(HttpStatusCode.NoContent, (await scene.Api.DeleteAsync($"{Grants}/{scene.Ava.OpenId}")).Status);

            // Filters
            Assert.Equal([scene.Ava.OpenId], OpenIds(await scene.Api.GetAsync($"{Grants}?status=revoked")));
            Assert.Equal([scene.Lei.OpenId, scene.Mei.OpenId], OpenIds(await scene.Api.GetAsync($"{Grants}?status=active&appId={scene.Options.Sandbox.AppId}")));
            (await scene.Api.GetAsync($"{Grants}?status=odd")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
            (await scene.Api.GetAsync($"{Grants}?appId=cli_0")).MustBeProblem(HttpStatusCode.BadRequest, "unknown-app");
            (await scene.Api.GetAsync($"{Grants}?limit=0")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
            (await scene.Api.GetAsync($"{Grants}?limit=201")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
            (await scene.Api.GetAsync($"{Grants}?limit=many")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
            (await scene.Api.GetAsync($"{Grants}?cursor=odd")).MustBeProblem(HttpStatusCode.BadRequest, "validation");
        }

        private static IEnumerable<string> OpenIds(ApiAnswer page) => page.Json!["items"]!.AsArray().Select(g => g!["openId"]!.ToString());
    }
}
