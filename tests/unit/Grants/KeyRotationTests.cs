using LarkService.Data.Audit;
using LarkService.Grants;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using LarkService.UnitTests.Support;
using Microsoft.EntityFrameworkCore;

namespace LarkService.UnitTests.Grants;

public sealed class KeyRotationTests : IDisposable
{
    private static readonly TokenSeal Both = Some.Seal("k2", ("k1", 1), ("k2", 2));
    private static readonly TokenSeal OnlyNew = Some.Seal("k2", ("k2", 2));
    private readonly Scene _scene = new(); // seals with k1

    [Fact]
    public async Task Everything_is_sealed_anew_to_the_same_values_and_no_generation_changes()
    {
        var before = await _scene.GrantAsync();
        var session = await _scene.SessionAsync();

        var result = await RotateAsync();

        Assert.Equal((6, 0, true), (result.Resealed, result.Left, result.IsComplete)); // two tokens, e-mail, mobile, PKCE verifier, link
        var after = (await _scene.StoredAsync())!;
        Assert.Equal(before.Version, after.Version);
        Assert.Equal("access-1", OnlyNew.Open(after.SealedAccessToken!, after.Key, SealPurpose.AccessToken).Reveal());
        Assert.Equal("refresh-1", OnlyNew.Open(after.SealedRefreshToken!, after.Key, SealPurpose.RefreshToken).Reveal());
        Assert.Equal("zhang@example.com", OnlyNew.Open(after.SealedEmail!, after.Key, SealPurpose.Email).Reveal());
        var pending = await _scene.SessionAsync(session.SessionId);
        Assert.Equal(_scene.Links.Page(session), OnlyNew.Open(pending.SealedLink!, pending.User, SealPurpose.ConsentLink(pending.SessionId)));
        Assert.Equal(["k2"], (await Check(OnlyNew).SurveyAsync(default)).Keys.Select(k => k.KeyId));
        Assert.Empty(await Check(OnlyNew).FaultsAsync(new Heard(), default));
    }

    [Fact]
    public async Task Its_beginning_and_its_end_stand_in_the_audit_log()
    {
        await _scene.GrantAsync();
        await RotateAsync();

        var rows = await _scene.Database.RunAsync(db => db.Set<AuditRow>().OrderBy(r => r.Number).ToListAsync());
        Assert.Equal([("operator", "key_rotation", "started"), ("operator", "key_rotation", "finished")], rows.Select(r => (r.Actor, r.Action, r.Result)));
        Assert.Equal("to k2; before: k1 4", rows[0].Detail);
    }

    [Fact]
    public async Task What_the_service_writes_in_the_very_moment_is_not_overwritten_and_sealed_anew_after_all()
    {
        var grant = await _scene.GrantAsync();
        var opened = 0;
        _scene.Opening = () =>
        {
            if (++opened == 3) // one for the audit log, one for the page; the third would write it back
            {
                _scene.Opening = () => { };
                _scene.GrantAsync("access-2", "refresh-2").GetAwaiter().GetResult();
            }
        };

        var result = await RotateAsync();

        Assert.True(result.IsComplete);
        var after = (await _scene.StoredAsync())!;
        Assert.Equal(grant.Version + 1, after.Version);
        Assert.Equal("access-2", OnlyNew.Open(after.SealedAccessToken!, after.Key, SealPurpose.AccessToken).Reveal());
    }

    [Fact]
    public async Task A_service_that_goes_on_sealing_with_the_old_key_is_noticed()
    {
        await _scene.GrantAsync();
        var busy = false;
        _scene.Opening = () =>
        {
            if (busy)
            {
                return;
            }

            busy = true;
            _scene.GrantAsync().GetAwaiter().GetResult();
            busy = false;
        };

        var result = await RotateAsync();

        Assert.False(result.IsComplete);
        Assert.Equal(4, result.Left);
        Assert.Empty(result.Faults);
    }

    [Fact]
    public async Task A_refresh_that_began_before_does_not_put_the_old_sealing_back()
    {
        var before = await _scene.GrantAsync();
        await RotateAsync();

        Assert.True(await _scene.Database.RunAsync(db => UserGrants.UseUpAsync(db, before, accessTokenIsGood: true, default)));
        var after = (await _scene.StoredAsync())!;
        Assert.Equal("access-1", OnlyNew.Open(after.SealedAccessToken!, after.Key, SealPurpose.AccessToken).Reveal());
    }

    [Fact]
    public async Task What_does_not_open_is_left_as_it_is_and_named_and_the_rest_is_done()
    {
        await _scene.GrantAsync();
        await _scene.GrantAsync(user: Some.OtherUser);
        await MoveAccessTokenAsync();
        var before = await _scene.StoredAsync();

        var result = await RotateAsync();

        Assert.Equal((7, 1, false), (result.Resealed, result.Left, result.IsComplete));
        Assert.Equal(["user_grants.access_token"], result.Faults.Select(f => $"{f.Table}.{f.Column}"));
        Assert.Equal(before!.SealedAccessToken, (await _scene.StoredAsync())!.SealedAccessToken);
    }

    [Fact]
    public async Task A_second_run_has_nothing_left_to_do()
    {
        await _scene.GrantAsync();
        await RotateAsync();
        var after = await _scene.StoredAsync();

        Assert.Equal(0, (await RotateAsync()).Resealed);
        Assert.Equal(after!.SealedAccessToken, (await _scene.StoredAsync())!.SealedAccessToken);
    }

    [Fact]
    public async Task A_check_names_the_row_of_a_moved_value_never_the_value()
    {
        var one = await _scene.GrantAsync();
        await _scene.GrantAsync(user: Some.OtherUser);
        await MoveAccessTokenAsync();

        var fault = Assert.Single(await Check(Both).FaultsAsync(new Heard(), default));
        Assert.Equal(("user_grants", "access_token", one.Id.ToString().ToUpperInvariant()), (fault.Table, fault.Column, fault.Row.ToUpperInvariant()));
        Assert.DoesNotContain((await _scene.StoredAsync())!.SealedAccessToken!, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_in_another_column_does_not_open_either()
    {
        await _scene.GrantAsync();
        await _scene.Database.RunAsync(db => db.Database.ExecuteSqlRawAsync("UPDATE user_grants SET refresh_token = access_token"));

        Assert.Equal("refresh_token", Assert.Single(await Check(Both).FaultsAsync(new Heard(), default)).Column);
    }

    [Fact]
    public async Task A_key_that_is_not_configured_is_counted_once_for_all_its_values()
    {
        await _scene.GrantAsync();
        await _scene.GrantAsync(user: Some.OtherUser);
        await _scene.Database.RunAsync(db => db.Database.ExecuteSqlRawAsync("UPDATE user_grants SET email = 'nonsense' WHERE open_id = {0}", Some.User.OpenId));

        var survey = await Check(OnlyNew).SurveyAsync(default);
        Assert.Equal([new KeyUse("k1", 7, false)], survey.Missing);
        Assert.Equal((1, 8), (survey.Damaged, survey.Values));
        Assert.Equal("email", Assert.Single(await Check(OnlyNew).FaultsAsync(new Heard(), default)).Column);
    }

    [Fact]
    public async Task Progress_is_heard_value_by_value()
    {
        await _scene.GrantAsync();
        var heard = new Heard();
        await RotateAsync(heard);

        Assert.Equal(4, heard.Sum);
    }

    [Theory]
    [InlineData("k")]
    [InlineData("a-key_with-the-longest-id-of-32-c")]
    public void The_beginning_of_a_value_tells_its_key(string id)
    {
        id = id[..Math.Min(id.Length, EncryptionOptions.LongestId)];
        var value = Some.Seal(id, (id, 1)).Seal(new Secret(""), Some.User, SealPurpose.Email);

        Assert.Equal(id, TokenSeal.KeyIdOf(value));
        Assert.Equal(id, TokenSeal.KeyIdOf(value[..Math.Min(value.Length, TokenSeal.HeadLength)]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no base64!")]
    [InlineData("AQ==")]
    [InlineData("AP8=")]
    [InlineData("Af8A")]
    public void What_was_never_sealed_names_no_key(string text) => Assert.Null(TokenSeal.KeyIdOf(text));

    public void Dispose() => _scene.Dispose();

    private Task MoveAccessTokenAsync() => _scene.Database.RunAsync(db => db.Database.ExecuteSqlRawAsync(
        "UPDATE user_grants SET access_token = (SELECT o.access_token FROM user_grants o WHERE o.open_id = {0}) WHERE open_id = {1}", Some.OtherUser.OpenId, Some.User.OpenId));

    private SealCheck Check(TokenSeal seal) => new(new SealedRows(_scene.Database), SealedTablesTests.All, seal);

    private async Task<RotationResult> RotateAsync(Heard? heard = null)
    {
        var check = Check(Both);
        var rotation = new KeyRotation(new SealedRows(_scene.Database), check, SealedTablesTests.All, Both, _scene.Audit, _scene.Database, TimeProvider.System);
        return await rotation.RunAsync(await check.SurveyAsync(default), heard ?? new Heard(), default);
    }

    private sealed class Heard : IProgress<int>
    {
        public int Sum { get; private set; }

        public void Report(int value) => Sum += value;
    }
}
