using LarkService.Authorization.Cards;
using LarkService.Authorization.Chat;
using LarkService.Grants;
using LarkService.Messaging;
using LarkService.UnitTests.Support;
using static LarkService.UnitTests.Authorization.CardSamples;

namespace LarkService.UnitTests.Authorization;

public sealed class NoticeCardsTests
{
    [Theory]
    [InlineData(GrantStatus.Active, "green", "grant.revoke grant.ask")]
    [InlineData(GrantStatus.ReauthorizationRequired, "grey", "grant.ask")]
    [InlineData(GrantStatus.Revoked, "grey", "grant.ask")]
    internal void The_card_of_auth_offers_what_can_be_done(GrantStatus status, string color, string actions)
    {
        var grant = Grant("Zhang San");
        grant.Status = status;
        var card = NoticeCards.Mine(Some.User.OpenId, grant).ToJson();

        Assert.Equal(color, (string?)card["header"]!["template"]);
        Assert.Equal(actions, string.Join(' ', Values(card).Select(v => (string?)v["action"])));
        Assert.All(Values(card), v => Assert.Equal(Some.User.OpenId, (string?)v["open_id"]));
    }

    [Fact]
    public void The_card_of_auth_says_what_is_granted_to_whom_since_when_and_until_when()
    {
        var grant = Grant("Zhang San");
        var card = TextOf(NoticeCards.Mine(Some.User.OpenId, grant).ToJson());

        Assert.Contains("`granted:only`", card, StringComparison.Ordinal);
        Assert.Contains("Talk to the AI assistant", card, StringComparison.Ordinal);
        Assert.Contains(MarkdownText.Escape(Some.AppId), card, StringComparison.Ordinal);
        Assert.Contains($"'{grant.GrantedAt.ToUnixTimeMilliseconds()}'", card, StringComparison.Ordinal);
        Assert.Contains($"'{grant.GrantedAt.AddDays(365).ToUnixTimeMilliseconds()}'", card, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user", null, "You took")]
    [InlineData("platform", null, "reports")]
    [InlineData("platform", RevokeReasons.User, "You took your authorization back in Feishu/Lark")]
    [InlineData("platform", RevokeReasons.Administrator, "Your administrator took")]
    [InlineData("platform", RevokeReasons.Security, "security reasons")]
    [InlineData("platform", RevokeReasons.Restriction, "may no longer use it")]
    [InlineData("api", null, "An administrator")]
    public void A_revocation_says_by_whom(string by, string? reason, string words)
    {
        var card = NoticeCards.Revoked(Some.User.OpenId, by, reason).ToJson();

        Assert.Contains(words, TextOf(card), StringComparison.Ordinal);
        Assert.Equal("grant.ask", (string?)Assert.Single(Values(card))["action"]);
    }

    [Fact]
    public void Every_notice_speaks_three_languages()
    {
        Card[] notices =
        [
            NoticeCards.AgreedForSomebodyElse(), NoticeCards.EndsSoon("ou_1", new ManualTime().GetUtcNow()), NoticeCards.Mine("ou_1", null), NoticeCards.Mine("ou_1", Grant("x")),
            NoticeCards.NothingToRevoke(), NoticeCards.TooOften(), NoticeCards.CouldNotAsk(), NoticeCards.Revoked("ou_1", RevokedBy.Api), NoticeCards.Revoked("ou_1", RevokedBy.User),
        ];

        Assert.All(notices.SelectMany(n => Nodes(n.ToJson())).Where(n => n.ContainsKey("i18n_content")), n => Assert.Equal(Languages.All.Order(), n["i18n_content"]!.AsObject().Select(l => l.Key).Order()));
        Assert.All(notices, n => Assert.Contains(Nodes(n.ToJson()), part => part.ContainsKey("i18n_content")));
    }
}
