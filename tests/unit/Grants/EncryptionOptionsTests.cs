using LarkService.Grants.Sealing;
using LarkService.UnitTests.Platform;
using LarkService.UnitTests.Support;

namespace LarkService.UnitTests.Grants;

public sealed class EncryptionOptionsTests
{
    private const string Active = "Encryption__ActiveKeyId";
    private static readonly string Good = Some.Key(1).Reveal();

    [Fact]
    public void Keys_of_32_bytes_of_which_one_is_active_are_fine() =>
        Assert.Empty(Settings.FaultsOf<EncryptionOptions>((Active, "k1"), ("Encryption__Keys__k1", Good), ("Encryption__Keys__old_2", Some.Key(2).Reveal())));

    [Fact]
    public void Without_any_setting_the_active_key_is_asked_for() =>
        Assert.StartsWith("Encryption__ActiveKeyId is missing", Assert.Single(Settings.FaultsOf<EncryptionOptions>()), StringComparison.Ordinal);

    [Fact]
    public void An_active_key_that_does_not_exist_is_named_with_how_to_make_it()
    {
        var fault = Assert.Single(Settings.FaultsOf<EncryptionOptions>((Active, "k2"), ("Encryption__Keys__k1", Good)));

        Assert.StartsWith("Encryption__Keys__k2 is missing", fault, StringComparison.Ordinal);
        Assert.Contains("keys generate", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("my-secret-pass-phrase")]
    [InlineData("MTIzNDU2Nzg5MDEyMzQ1Ng==")]
    [InlineData("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")]
    public void A_value_that_is_no_key_is_a_fault_and_is_not_repeated(string value)
    {
        var fault = Assert.Single(Settings.FaultsOf<EncryptionOptions>((Active, "k1"), ("Encryption__Keys__k1", value)));

        Assert.StartsWith("Encryption__Keys__k1 is not 32 bytes in base64", fault, StringComparison.Ordinal);
        Assert.True(value.Length == 0 || !fault.Contains(value, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_wrong_key_is_reported()
    {
        var faults = Settings.FaultsOf<EncryptionOptions>((Active, "k1"), ("Encryption__Keys__k1", "x"), ("Encryption__Keys__k2", "y"), ("Encryption__Keys__k 3", Good));

        Assert.Equal(3, faults.Count);
    }

    [Fact]
    public void A_key_written_where_its_id_belongs_is_a_fault_and_is_not_repeated()
    {
        Assert.All(Settings.FaultsOf<EncryptionOptions>((Active, Good), ("Encryption__Keys__k1", Good)), f => Assert.DoesNotContain(Good, f, StringComparison.Ordinal));
        var faults = Settings.FaultsOf<EncryptionOptions>((Active, "k1"), ("Encryption__Keys__k1", Good), ("Encryption__Keys__" + Some.Key(2).Reveal(), "k2"));
        Assert.NotEmpty(faults);
        Assert.All(faults, f => Assert.DoesNotContain(Some.Key(2).Reveal(), f, StringComparison.Ordinal));
    }
}
