using System.Globalization;
using System.Text;
using LarkService.Events.Inbox;
using LarkService.LongConnection;
using LarkService.UnitTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LarkService.UnitTests.Events.Http;

/// <summary>What anybody in the world may send: refused with a problem, counted by reason, nothing stored, nothing given away.</summary>
public sealed class BadPushTests : IAsyncLifetime
{
    private const int Mebibyte = 1024 * 1024;
    private readonly Receiver _receiver = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(await _receiver.Events.Database.AllAsync<InboxEvent>());
        await _receiver.DisposeAsync();
    }

    [Fact]
    public Task A_forged_signature() => RefusedAsync(Good() with { Body = Encoding.UTF8.GetBytes(Receiver.Encrypted(Receiver.Event("e2"), Receiver.Key)) }, 401, "unauthenticated", "bad_signature");

    [Fact]
    public Task A_signature_with_another_key() => RefusedAsync(_receiver.Signed(Receiver.Event("e1"), key: "another key"), 401, "unauthenticated", "bad_signature");

    [Fact]
    public Task One_changed_digit() => RefusedAsync(Good().With("X-Lark-Request-Timestamp", _receiver.Clock.GetUtcNow().AddSeconds(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)), 401, "unauthenticated", "bad_signature");

    [Theory]
    [InlineData("X-Lark-Signature")]
    [InlineData("X-Lark-Request-Timestamp")]
    [InlineData("X-Lark-Request-Nonce")]
    public Task A_missing_header(string name) => RefusedAsync(Good().With(name, null), 401, "unauthenticated", "bad_signature");

    [Fact]
    public Task No_signature_at_all() => RefusedAsync(Good() with { Headers = [] }, 401, "unauthenticated", "unsigned");

    [Theory]
    [InlineData(-301)]
    [InlineData(301)]
    public Task A_stale_timestamp(int seconds) => RefusedAsync(_receiver.Signed(Receiver.Event("e1"), at: _receiver.Clock.GetUtcNow().AddSeconds(seconds)), 401, "unauthenticated", "stale_timestamp");

    [Theory]
    [InlineData(-300)]
    [InlineData(300)]
    public async Task A_clock_that_is_a_little_off_is_forgiven(int seconds)
    {
        var push = _receiver.Signed(Receiver.Event("e1", type: "nobody.handles_this"), at: _receiver.Clock.GetUtcNow().AddSeconds(seconds));
        Assert.Equal(200, (await _receiver.SendAsync(push)).Status);
    }

    [Fact]
    public async Task A_replayed_nonce()
    {
        var push = _receiver.Signed(Receiver.Event("e1", type: "nobody.handles_this"), nonce: "n");
        Assert.Equal(200, (await _receiver.SendAsync(push)).Status);
        await RefusedAsync(push, 401, "unauthenticated", "replayed");
        await RefusedAsync(_receiver.Signed(Receiver.Event("e2"), nonce: "n"), 401, "unauthenticated", "replayed", times: 2);
    }

    [Fact]
    public async Task A_forged_push_does_not_use_up_the_nonce_of_a_genuine_one()
    {
        var good = _receiver.Signed(Receiver.Event("e1", type: "nobody.handles_this"), nonce: "n");
        await RefusedAsync(good with { Body = "{}"u8.ToArray() }, 401, "unauthenticated", "bad_signature");
        Assert.Equal(200, (await _receiver.SendAsync(good)).Status);
    }

    [Fact]
    public Task A_wrong_verification_token() => RefusedAsync(_receiver.Signed(Receiver.Event("e1", token: "FAKE-VERIFICATION-TOKEM")), 401, "unauthenticated", "wrong_token");

    [Fact]
    public Task A_wrong_app_id() => RefusedAsync(_receiver.Signed(Receiver.Event("e1", app: "cli_other")), 403, "permission-denied", "wrong_app");

    [Fact]
    public async Task Another_tenant()
    {
        await _receiver.SendAsync(_receiver.Signed(Receiver.Event("e1", type: "nobody.handles_this")));
        await RefusedAsync(_receiver.Signed(Receiver.Event("e2", tenant: "other")), 403, "permission-denied", "wrong_tenant");
    }

    [Theory]
    [InlineData("""{"encrypt":"AAAA"}""")]
    [InlineData("""{"encrypt":"not base64"}""")]
    [InlineData("""{"encrypt":"AAECAwQFBgcICQoLDA0ODwAAAAAAAAAAAAAAAAAAAAA="}""")]
    public Task An_undecryptable_body(string body) => RefusedAsync(SignedRaw(body), 400, "validation", "undecryptable");

    [Theory]
    [InlineData("hello")]
    [InlineData("")]
    [InlineData("{\"encrypt\":")]
    public Task A_body_that_is_no_JSON(string body) => RefusedAsync(SignedRaw(body), 400, "validation", "not_json");

    [Fact]
    public async Task Encrypted_nonsense()
    {
        await RefusedAsync(_receiver.Signed("hello world"), 400, "validation", "not_json");
        await using var tokenless = new Receiver(token: null);
        Assert.Equal(400, (await tokenless.SendAsync(tokenless.Signed("[1,2]"))).Status);
        Assert.Equal(400, (await tokenless.SendAsync(tokenless.Signed("""{"schema":"2.0","header":{}}"""))).Status);
        Assert.Equal(2, tokenless.Counted("undecodable"));
    }

    [Fact]
    public Task A_signed_body_in_clear() => RefusedAsync(SignedRaw(Receiver.Event("e1")), 400, "validation", "not_encrypted");

    [Fact]
    public Task A_body_of_ten_megabytes_told_ahead() => RefusedAsync(SignedRaw(new string('x', 100)) with { Length = 10 * Mebibyte }, 413, "payload-too-large", "too_large");

    [Fact]
    public Task A_body_of_ten_megabytes_in_chunks() => RefusedAsync(Good() with { Stream = new MemoryStream(new byte[10 * Mebibyte]) }, 413, "payload-too-large", "too_large");

    [Fact]
    public Task A_long_body_without_a_signature_is_not_even_read() => RefusedAsync(new SentPush(new byte[17 * 1024]), 413, "payload-too-large", "too_large");

    [Fact]
    public async Task More_than_may_be_after_decryption()
    {
        await using var receiver = new Receiver(more: s => s.AddSingleton(Options.Create(new LongConnectionOptions { MaxMessageBytes = 2048 })));
        Assert.Equal(200, (await receiver.SendAsync(receiver.Signed(Receiver.Event("e1", body: new { x = new string('x', 1500) })))).Status);
        Assert.Equal(413, (await receiver.SendAsync(receiver.Signed(Receiver.Event("e2", body: new { x = new string('x', 2048) })))).Status);
        Assert.Single(await receiver.Events.Database.AllAsync<InboxEvent>());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public Task Something_that_does_not_call_itself_JSON(string? contentType) => RefusedAsync(Good() with { ContentType = contentType }, 415, "validation", "not_declared_json");

    [Fact]
    public async Task A_body_that_trickles()
    {
        await using var trickle = new SlowStream([], _receiver.Clock, TimeSpan.FromSeconds(0.5));
        var sending = _receiver.SendAsync(Good() with { Stream = trickle });
        for (var i = 0; i < 4; i++)
        {
            await _receiver.Clock.SomeoneWaitsForAsync(0.5);
            _receiver.Clock.AdvanceSeconds(0.5);
        }

        var reply = await sending.Soon();
        Assert.Equal((408, "urn:lark-service:validation", 1d), (reply.Status, reply.Type, _receiver.Counted("incomplete")));
    }

    [Fact]
    public async Task Many_large_bodies_at_once_leave_room_for_the_small_ones()
    {
        var started = _receiver.Clock;
        List<Task<PushReply>> sending = [.. Enumerable.Range(0, 9).Select(_ => _receiver.SendAsync(Good() with { Stream = new LargeThenSlow(_receiver.Clock) }))];
        var busy = await (await Task.WhenAny(sending)).Soon();
        Assert.Equal((429, "urn:lark-service:rate-limited", 1d), (busy.Status, busy.Type, _receiver.Counted("busy")));
        Assert.Equal(200, (await _receiver.SendAsync(_receiver.Signed(Receiver.Event("e1", type: "nobody.handles_this")))).Status);

        started.AdvanceSeconds(2);
        await Task.WhenAll(sending).Soon();
        Assert.Equal(8, _receiver.Counted("incomplete"));
        Assert.Equal(401, (await _receiver.SendAsync(Good() with { Stream = new MemoryStream(new byte[100 * 1024]) })).Status);
    }

    [Theory]
    [InlineData("cli_other")]
    [InlineData("cli_unknown")]
    [InlineData("")]
    public async Task An_app_that_receives_nothing(string app)
    {
        var reply = await _receiver.SendAsync(Good(), app);
        Assert.Equal((404, "urn:lark-service:not-found"), (reply.Status, reply.Type));
        Assert.Equal(1, _receiver.Counted("unknown_app", app: ""));
        Assert.DoesNotContain("cli_", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_proof_fails_the_words_are_the_same()
    {
        var all = new List<PushReply>
        {
            await _receiver.SendAsync(Good() with { Headers = [] }),
            await _receiver.SendAsync(Good().With("X-Lark-Signature", new string('0', 64))),
            await _receiver.SendAsync(_receiver.Signed(Receiver.Event("e1"), at: DateTimeOffset.UnixEpoch)),
            await _receiver.SendAsync(_receiver.Signed(Receiver.Event("e1", token: "x"))),
        };
        Assert.Single(all.Select(r => (r.Status, r.Type, r.Json.GetProperty("title").GetString(), r.Json.GetProperty("detail").GetString())).Distinct());
        Assert.All(all, r => Assert.DoesNotContain(Receiver.Token, r.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unsigned_ciphertext_is_refused_in_one_word_whatever_it_decrypts_to()
    {
        foreach (var body in new[] { """{"encrypt":"AAECAwQFBgcICQoLDA0ODwAAAAAAAAAAAAAAAAAAAAA="}""", Receiver.Encrypted("no json", Receiver.Key), Receiver.Encrypted(Receiver.Event("e1"), Receiver.Key), "{", "{}" })
        {
            Assert.Equal(401, (await _receiver.SendAsync(Receiver.Plain(body))).Status);
        }

        Assert.Equal(5, _receiver.Counted("unsigned"));
    }

    [Fact]
    public async Task A_flood_is_counted_and_leaves_one_line_of_log()
    {
        for (var i = 0; i < 50; i++)
        {
            await _receiver.SendAsync(Good() with { Headers = [] });
        }

        Assert.Equal(50, _receiver.Counted("unsigned"));
        var line = Assert.Single(_receiver.Logged);
        Assert.DoesNotContain(Receiver.Key, line, StringComparison.Ordinal);
        Assert.DoesNotContain(Receiver.Token, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"encrypt":"\ud800"}""")]
    [InlineData("""{"\ud800":1,"encrypt":"AAAA"}""")]
    [InlineData("""{"type":"\udfff","header":{"token":"\ud800"},"token":"\ud800"}""")]
    [InlineData("""{"header":{"\ud800":1,"token":"FAKE-VERIFICATION-TOKEN"},"type":"url_verification","challenge":"\ud800"}""")]
    public async Task Half_characters_break_nothing(string body)
    {
        await using var tokenOnly = new Receiver(key: null);
        Assert.Equal(401, (await _receiver.SendAsync(Receiver.Plain(body))).Status);
        Assert.InRange((await _receiver.SendAsync(SignedRaw(body))).Status, 400, 401);
        Assert.InRange((await _receiver.SendAsync(_receiver.Signed(body))).Status, 400, 401);
        Assert.InRange((await tokenOnly.SendAsync(Receiver.Plain(body))).Status, 400, 401);
    }

    [Fact]
    public async Task Random_bytes_never_break_anything()
    {
        var random = new Random(7);
        await using var tokenOnly = new Receiver(key: null);
        for (var i = 0; i < 500; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Assert.InRange((await _receiver.SendAsync(Receiver.Sign(bytes, Receiver.Key, Now(), $"r{i}"))).Status, 400, 415);
            Assert.InRange((await tokenOnly.SendAsync(new SentPush(bytes))).Status, 400, 415);

            var good = Good();
            var mutated = (byte[])good.Body.Clone();
            mutated[random.Next(mutated.Length)] ^= (byte)(1 + random.Next(255));
            Assert.Equal(401, (await _receiver.SendAsync(good with { Body = mutated })).Status);
        }
    }

    private SentPush Good() => _receiver.Signed(Receiver.Event("e1"));

    private SentPush SignedRaw(string body) => Receiver.Sign(Encoding.UTF8.GetBytes(body), Receiver.Key, Now(), Guid.NewGuid().ToString());

    private string Now() => _receiver.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private async Task RefusedAsync(SentPush push, int status, string type, string outcome, int times = 1)
    {
        var reply = await _receiver.SendAsync(push);
        Assert.Equal((status, "application/problem+json", "urn:lark-service:" + type), (reply.Status, reply.ContentType?.Split(';')[0], reply.Type));
        Assert.Equal(status, reply.Json.GetProperty("status").GetInt32());
        Assert.Equal(times, _receiver.Counted(outcome));
        foreach (var secret in new[] { Receiver.Key, Receiver.Token, Some.AppId, "other" })
        {
            Assert.DoesNotContain($"{secret}", reply.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    /// <summary>A hundred kilobytes at once, and then nothing more.</summary>
    private sealed class LargeThenSlow(ManualTime clock) : MemoryStream(new byte[100 * 1024])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);
            }

            return read;
        }
    }
}
