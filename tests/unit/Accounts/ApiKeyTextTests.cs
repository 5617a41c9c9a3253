using System.Text.RegularExpressions;
using LarkService.Accounts.Keys;

namespace LarkService.UnitTests.Accounts;

public sealed partial class ApiKeyTextTests
{
    [Fact]
    public void A_key_looks_like_what_secret_scanners_search_for_and_no_two_are_the_same()
    {
        var keys = Enumerable.Range(0, 200).Select(_ => ApiKeyText.Create()).ToList();

        Assert.All(keys, k => Assert.Matches(Shape(), k.Key));
        Assert.All(keys, k => Assert.Equal(k.Prefix, ApiKeyText.Prefix(k.Key).ToString()));
        Assert.All(keys, k => Assert.True(ApiKeyText.IsWhole(k.Key)));
        Assert.Equal(keys.Count, keys.Select(k => k.Key).Distinct().Count());
        Assert.Equal(keys.Count, keys.Select(k => k.Prefix).Distinct().Count());
    }

    [Fact]
    public void One_wrong_character_anywhere_is_noticed()
    {
        var key = ApiKeyText.Create().Key;

        for (var i = 0; i < key.Length; i++)
        {
            var typo = key[..i] + (key[i] == 'x' ? 'y' : 'x') + key[(i + 1)..];
            Assert.False(ApiKeyText.IsWhole(typo), $"place {i}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("lks_")]
    [InlineData("lks_abcdefgh_0123456789012345678901234567890123456789012_000000")]
    [InlineData("lks_abcdefg\u00e9_0123456789012345678901234567890123456789012_000000")]
    public void What_nobody_made_is_none(string text) => Assert.False(ApiKeyText.IsWhole(text));

    [Fact]
    public void A_key_that_was_cut_or_lengthened_is_none()
    {
        var key = ApiKeyText.Create().Key;

        Assert.False(ApiKeyText.IsWhole(key.AsSpan(0, key.Length - 1)));
        Assert.False(ApiKeyText.IsWhole(key + "0"));
        Assert.False(ApiKeyText.IsWhole(" " + key));
    }

    [GeneratedRegex(@"\Alks_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\z")]
    private static partial Regex Shape();
}
