using LarkService.Authorization.Flows;
using LarkService.Authorization.Pages;

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
    internal void Every_result_has_its_status_and_words_in_both_languages(CallbackResult result, int status, string tone)
    {
        var en = CallbackWords.For(result, "en");
        var zh = CallbackWords.For(result, "zh");

        Assert.Equal((status, tone), (en.Status, en.Tone));
        Assert.Equal((en.Status, en.Tone, en.Mark), (zh.Status, zh.Tone, zh.Mark));
        Assert.DoesNotMatch(@"\p{IsCJKUnifiedIdeographs}", en.Title + en.Text + en.ReferenceLabel);
        Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", zh.Title);
        Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", zh.Text);
    }

    [Fact]
    public void No_two_results_say_the_same()
    {
        Assert.All(["en", "zh"], language =>
            Assert.Equal(Enum.GetValues<CallbackResult>().Length, Enum.GetValues<CallbackResult>().Select(r => CallbackWords.For(r, language).Title).Distinct().Count()));
    }

    [Fact]
    public void Any_other_language_reads_English() => Assert.Equal(CallbackWords.For(CallbackResult.Authorized, "en"), CallbackWords.For(CallbackResult.Authorized, "fr"));
}
