using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LarkService.Messaging;

namespace LarkService.UnitTests.Messaging;

public sealed class CardTests
{
    private static readonly LocalizedText Hello = new("Hello", "你好", "こんにちは");
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void A_card_is_written_as_the_platform_reads_it()
    {
        var card = new Card
        {
            Header = new CardHeader(new("Authorization needed", "需要授权", "認可が必要です"), CardColor.Blue, LocalizedText.Same("Demo")),
            Elements =
            [
                new Markdown(Hello),
                new ButtonRow(
                    new Button(new("Authorize", "授权", "許可する")) { Style = ButtonStyle.Primary, OpenUrl = new Uri("https://bot.example.com/authorize?id=42"), CallbackValue = new JsonObject { ["action"] = "open" } },
                    new Button(new("Not now", "暂不", "後で")) { Style = ButtonStyle.DangerText, CallbackValue = new JsonObject { ["action"] = "later" }, Disabled = true, Confirm = new(LocalizedText.Same("Sure?"), Hello) }),
                new Collapsible(new("Details", "详情", "詳細"), [new Markdown(LocalizedText.Same("- `offline_access`"))], Expanded: true),
                new Divider(),
                new Note(LocalizedText.Same("10 min")),
            ],
        };

        const string expected = """
            {
              "schema": "2.0",
              "config": {
                "update_multi": true, "enable_forward": false,
                "summary": { "content": "Authorization needed", "i18n_content": { "zh_cn": "需要授权", "en_us": "Authorization needed", "ja_jp": "認可が必要です" } }
              },
              "header": {
                "title": { "tag": "plain_text", "content": "Authorization needed", "i18n_content": { "zh_cn": "需要授权", "en_us": "Authorization needed", "ja_jp": "認可が必要です" } },
                "subtitle": { "tag": "plain_text", "content": "Demo" },
                "template": "blue"
              },
              "body": { "elements": [
                { "tag": "markdown", "content": "Hello", "i18n_content": { "zh_cn": "你好", "en_us": "Hello", "ja_jp": "こんにちは" } },
                { "tag": "column_set", "flex_mode": "flow", "columns": [
                  { "tag": "column", "width": "auto", "elements": [
                    { "tag": "button", "element_id": "button_1",
                      "text": { "tag": "plain_text", "content": "Authorize", "i18n_content": { "zh_cn": "授权", "en_us": "Authorize", "ja_jp": "許可する" } },
                      "type": "primary",
                      "behaviors": [
                        { "type": "open_url", "default_url": "https://bot.example.com/authorize?id=42", "pc_url": "", "android_url": "", "ios_url": "" },
                        { "type": "callback", "value": { "action": "open" } } ] } ] },
                  { "tag": "column", "width": "auto", "elements": [
                    { "tag": "button", "element_id": "button_2",
                      "text": { "tag": "plain_text", "content": "Not now", "i18n_content": { "zh_cn": "暂不", "en_us": "Not now", "ja_jp": "後で" } },
                      "type": "danger_text",
                      "disabled": true,
                      "confirm": {
                        "title": { "tag": "plain_text", "content": "Sure?" },
                        "text": { "tag": "plain_text", "content": "Hello", "i18n_content": { "zh_cn": "你好", "en_us": "Hello", "ja_jp": "こんにちは" } } },
                      "behaviors": [ { "type": "callback", "value": { "action": "later" } } ] } ] } ] },
                { "tag": "collapsible_panel", "element_id": "panel_1", "expanded": true,
                  "header": { "title": { "tag": "plain_text", "content": "Details", "i18n_content": { "zh_cn": "详情", "en_us": "Details", "ja_jp": "詳細" } } },
                  "elements": [ { "tag": "markdown", "content": "- `offline_access`" } ] },
                { "tag": "hr" },
                { "tag": "markdown", "text_size": "notation", "content": "<font color='grey'>10 min</font>" } ] }
            }
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), card.ToJson()), card.ToJsonString());
    }

    [Fact]
    public void Every_language_that_differs_is_sent_and_English_is_what_the_others_see()
    {
        var text = Hello.WriteTo([]);

        Assert.Equal("Hello", (string?)text["content"]);
        Assert.Equal("""{"zh_cn":"你好","en_us":"Hello","ja_jp":"こんにちは"}""", text["i18n_content"]!.ToJsonString(Readable));
    }

    [Theory]
    [InlineData("zh_cn", "你好")]
    [InlineData("en_us", "Hello")]
    [InlineData("ja_jp", "こんにちは")]
    public void A_card_in_one_language_says_everything_in_that_language_to_every_client(string language, string hello)
    {
        var card = new Card
        {
            Header = new CardHeader(Hello, CardColor.Blue, Hello),
            Elements =
            [
                new Collapsible(Hello, [new Markdown(Hello), new Markdown(LocalizedText.Same("42"))]),
                new ButtonRow(new Button(Hello) { Confirm = new(Hello, Hello), CallbackValue = new JsonObject { ["action"] = "x" } }),
                new Note(Hello),
            ],
        };

        var json = card.In(language).ToJson();

        Assert.DoesNotContain("i18n_content", json.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(
            [hello, hello, hello, hello, hello, "42", hello, hello, hello, $"<font color='grey'>{hello}</font>"],
            Contents(json));
        Assert.Equal(card.ToJsonString(), card.In(language).In(null).ToJsonString());
        Assert.True(card.In(language).ToJsonString().Length < card.ToJsonString().Length);
    }

    [Fact]
    public void What_is_the_same_in_every_language_is_sent_once() =>
        Assert.False(LocalizedText.Same("42").WriteTo([]).ContainsKey("i18n_content"));

    [Fact]
    public void A_summary_of_its_own_replaces_the_title()
    {
        var card = new Card { Header = new CardHeader(Hello), Elements = [], Summary = LocalizedText.Same("short") };

        Assert.Equal("short", (string?)card.ToJson()["config"]!["summary"]!["content"]);
    }

    [Fact]
    public void A_card_without_a_title_has_neither_header_nor_summary()
    {
        var json = new Card { Elements = [new Divider()] }.ToJson();

        Assert.False(json.ContainsKey("header"));
        Assert.Equal(["update_multi", "enable_forward"], json["config"]!.AsObject().Select(p => p.Key));
    }

    [Fact]
    public void The_same_value_may_stand_in_two_buttons_and_in_two_renderings()
    {
        var value = new JsonObject { ["action"] = "x" };
        var card = new Card { Elements = [new ButtonRow(new Button(Hello) { CallbackValue = value }, new Button(Hello) { CallbackValue = value })] };

        Assert.Equal(card.ToJsonString(), card.ToJsonString());
    }

    [Fact]
    public void A_card_at_the_limit_is_written_and_one_byte_more_is_refused_before_it_is_sent()
    {
        var room = CardLimits.MaxBytes - Encoding.UTF8.GetByteCount(Saying("").ToJsonString());

        Assert.True(Saying(new string('a', room)).Fits);
        Assert.Equal(CardLimits.MaxBytes, Encoding.UTF8.GetByteCount(Saying(new string('a', room)).ToJsonString()));
        Assert.False(Saying(new string('a', room + 1)).Fits);
        Assert.Equal(CardLimits.MaxBytes + 1, Assert.Throws<CardTooLargeException>(() => Saying(new string('a', room + 1)).ToJsonString()).Bytes);
    }

    [Fact]
    public void Chinese_is_written_as_it_is_and_counts_three_bytes() => Assert.Contains("你好", Saying("你好").ToJsonString(), StringComparison.Ordinal);

    /// <summary>Every text, in the order of the card.</summary>
    private static IEnumerable<string?> Contents(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "content" ? [(string?)p.Value] : Contents(p.Value)),
        JsonArray a => a.SelectMany(Contents),
        _ => [],
    };

    private static Card Saying(string text) => new() { Elements = [new Markdown(LocalizedText.Same(text))] };
}
