using LarkService.Grants.Sealing;
using LarkService.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Grants;

public sealed class TokenSealTests
{
    private const string Purpose = SealPurpose.AccessToken;
    private readonly TokenSeal _seal = Some.Seal();

    [Theory]
    [InlineData("eyJ.token.sig")]
    [InlineData("")]
    [InlineData("密钥 🔑")]
    public void What_was_sealed_opens_to_the_same(string text) => Assert.Equal(text, Open(Seal(text)).Reveal());

    [Fact]
    public void The_same_value_never_looks_the_same_twice() =>
        Assert.Equal(100, Enumerable.Range(0, 100).Select(_ => Seal("token")).Distinct().Count());

    [Fact]
    public void A_sealed_value_shows_nothing_of_the_value() =>
        Assert.DoesNotContain("token-in-clear", System.Text.Encoding.Latin1.GetString(Convert.FromBase64String(Seal("token-in-clear"))), StringComparison.Ordinal);

    [Fact]
    public void A_value_moved_to_another_person_another_app_or_another_column_does_not_open()
    {
        var value = Seal("token");

        Assert.Throws<SealException>(() => _seal.Open(value, Some.OtherUser, Purpose));
        Assert.Throws<SealException>(() => _seal.Open(value, Some.User with { AppId = "cli_other" }, Purpose));
        Assert.Throws<SealException>(() => _seal.Open(value, Some.User, SealPurpose.RefreshToken));
    }

    [Fact]
    public void Purposes_of_one_kind_differ_by_the_row_they_belong_to() =>
        Assert.Throws<SealException>(() => _seal.Open(_seal.Seal(new Secret("x"), Some.User, SealPurpose.DeviceCode("a")), Some.User, SealPurpose.DeviceCode("b")));

    [Fact]
    public void A_value_with_any_byte_changed_does_not_open()
    {
        var value = Convert.FromBase64String(Seal("token"));

        Assert.All(Enumerable.Range(0, value.Length), i =>
        {
            var changed = value.ToArray();
            changed[i] ^= 1;
            Assert.Throws<SealException>(() => Open(Convert.ToBase64String(changed)));
        });
    }

    [Fact]
    public void A_value_cut_anywhere_does_not_open()
    {
        var value = Convert.FromBase64String(Seal("token"));

        Assert.All(Enumerable.Range(0, value.Length), length => Assert.Throws<SealException>(() => Open(Convert.ToBase64String(value, 0, length))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no base64!")]
    [InlineData("AQ==")]
    [InlineData("AP8=")]
    [InlineData("Af8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void What_was_never_sealed_is_called_damaged(string text) =>
        Assert.Contains("is damaged", Assert.Throws<SealException>(() => Open(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_refusal_to_open_never_holds_the_value()
    {
        var value = Seal("token");

        Assert.DoesNotContain(value, Assert.Throws<SealException>(() => _seal.Open(value, Some.OtherUser, Purpose)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_no_longer_configured_is_named()
    {
        var old = Some.Seal("k-2019", ("k-2019", 9)).Seal(new Secret("token"), Some.User, Purpose);

        Assert.Contains("Encryption__Keys__k-2019", Assert.Throws<SealException>(() => Open(old)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Older_keys_still_open_what_they_sealed_and_the_active_one_seals()
    {
        var old = Some.Seal("k1", ("k1", 1)).Seal(new Secret("old"), Some.User, Purpose);
        var both = Some.Seal("k2", ("k1", 1), ("k2", 2));
        var fresh = both.Seal(new Secret("new"), Some.User, Purpose);

        Assert.Equal("old", both.Open(old, Some.User, Purpose).Reveal());
        Assert.Equal("new", both.Open(fresh, Some.User, Purpose).Reveal());
        Assert.Equal("new", Some.Seal("k2", ("k2", 2)).Open(fresh, Some.User, Purpose).Reveal());
    }

    [Fact]
    public void Another_key_under_the_same_id_does_not_open() =>
        Assert.Throws<SealException>(() => Some.Seal("k1", ("k1", 7)).Open(Seal("token"), Some.User, Purpose));

    [Fact]
    public void The_longest_tokens_of_the_platform_fit_their_column_under_the_longest_key_id()
    {
        var id = new string('k', 32);
        var value = Some.Seal(id, (id, 1)).Seal(new Secret(new string('x', 4096)), Some.User, Purpose);

        Assert.InRange(value.Length, 4096, 8192);
        Assert.Equal(4096, Some.Seal(id, (id, 1)).Open(value, Some.User, Purpose).Reveal().Length);
    }

    private string Seal(string text) => _seal.Seal(new Secret(text), Some.User, Purpose);

    private Secret Open(string text) => _seal.Open(text, Some.User, Purpose);
}
