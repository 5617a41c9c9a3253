using LarkService.Authorization.Flows;
using LarkService.Authorization.Pages;
using LarkService.Messaging;
using Microsoft.AspNetCore.Http;

namespace LarkService.UnitTests.Authorization;

public sealed class CallbackWordsTests
{
    [Theory]
    [InlineData(CallbackResult.Authorized, 200, "good")]
    [InlineData(CallbackResult.Declined, 200, "neutral")]
    [InlineData(CallbackResult.WrongPerson, 403, "warning")]
    [InlineData(CallbackResult.Expired, 410, "warning")]
    [InlineData(CallbackResult.CodeSpent, 410, "warning")]
    [InlineData(CallbackResult.UnknownLink, 400, "warning")]
    [InlineData(CallbackResult.Failed, 502, "bad")]
    [InlineData(CallbackResult.Finishing, 202, "neutral")]
    [InlineData(CallbackResult.TooMany, 429, "warning")]
    [InlineData(CallbackResult.NotNow, 503, "bad")]
    internal void Every_result_has_its_status_and_words_in_three_languages(CallbackResult result, int status, string tone)
    {
        var (en, zh, ja) = (CallbackWords.For(result, Languages.English), CallbackWords.For(result, Languages.Chinese), CallbackWords.For(result, Languages.Japanese));

        Assert.All((CallbackWords[])[en, zh, ja], words => Assert.Equal((status, tone, en.Mark), (words.Status, words.Tone, words.Mark)));
        Assert.DoesNotMatch(@"[\p{IsCJKUnifiedIdeographs}\p{IsHiragana}\p{IsKatakana}]", en.Title + en.Text + en.ReferenceLabel);
        Assert.All((string[])[zh.Title, zh.Text], text => Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", text));
        Assert.DoesNotMatch(@"[\p{IsHiragana}\p{IsKatakana}]", zh.Title + zh.Text);
        Assert.All((string[])[ja.Title, ja.Text], text => Assert.Matches(@"[\p{IsHiragana}\p{IsKatakana}]", text));
    }

    [Fact]
    public void No_two_results_say_the_same()
    {
        Assert.All(Languages.All, language =>
            Assert.Equal(Enum.GetValues<CallbackResult>().Length, Enum.GetValues<CallbackResult>().Select(r => CallbackWords.For(r, language).Title).Distinct().Count()));
    }

    [Theory]
    [InlineData(null, "zh-CN,zh;q=0.9", "zh_cn")]
    [InlineData(null, "zh-Hant-TW", "zh_cn")]
    [InlineData(null, "ja", "ja_jp")]
    [InlineData(null, "JA-jp", "ja_jp")]
    [InlineData(null, "fr, ja;q=0.8", "ja_jp")]
    [InlineData(null, "en;q=0.5, ja;q=0.8, zh;q=0.7", "ja_jp")]
    [InlineData(null, "ja;q=0, zh;q=0.1", "zh_cn")]
    [InlineData(null, "zh, ja", "zh_cn")]
    [InlineData(null, "fr, de", "en_us")]
    [InlineData(null, "*", "en_us")]
    [InlineData(null, "", "en_us")]
    [InlineData(null, null, "en_us")]
    [InlineData(null, ";;;=,,\u0001 q=,ja;q=x", "en_us")]
    [InlineData("ja_jp", "zh-CN", "ja_jp")]
    [InlineData("en_us", "ja", "en_us")]
    [InlineData("tlh", "ja", "ja_jp")]
    public void The_page_speaks_the_sessions_language_else_what_the_browser_likes_best(string? locale, string? accepts, string language)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.AcceptLanguage = accepts;

        Assert.Equal(language, PageLanguage.Of(locale, request));
    }

    [Fact]
    public void Html_names_each_language_its_own_way() => Assert.Equal(["zh-CN", "en", "ja"], Languages.All.Select(PageLanguage.Tag));
}
