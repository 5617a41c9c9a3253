using System.Text.Json.Nodes;
using LarkSandbox.Cards;

namespace LarkSandbox.Tests;

public sealed class CardValidatorTests
{
    [Theory]
    [InlineData("card-authorization-v2.json")]
    [InlineData("card-authorization-v1.json")]
    public void Good_cards_of_both_versions_are_taken(string name) => Assert.Null(CardValidator.Check(Fixture.Read(name).AsObject()));

    [Theory]
    [InlineData("""{"schema":"2.0","bodyy":{"elements":[]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"markdown","contents":"x"}]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"marquee","content":"x"}]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"markdown"}]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"content":"x"}]}}""", 200621)]
    [InlineData("""{"schema":"2.0","elements":[]}""", 200621)]
    [InlineData("""{"schema":"2.0","config":{"update_multi":false},"body":{"elements":[]}}""", 200621)]
    [InlineData("""{"schema":"2.0","config":{"wide_screen_mode":true},"body":{"elements":[]}}""", 200621)]
    [InlineData("""{"schema":"2.0","header":{"title":{"tag":"plain_text","content":"x"},"template":"pink"},"body":{"elements":[]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"x","i18n_content":{"xx_xx":"y"}}]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"button","text":{"tag":"plain_text","content":"x"},"type":"blue"}]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"button","text":"x"}]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"button","text":{"tag":"plain_text","content":"x"},"behaviors":[{"type":"callback"}]}]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"button","text":{"tag":"plain_text","content":"x"},"behaviors":[{"type":"open_url"}]}]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"hr","element_id":"a"},{"tag":"hr","element_id":"a"}]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"hr","element_id":"this_id_is_far_too_long"}]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"x","text_size":"tiny"}]}}""", 200621)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"action","actions":[]}]}}""", 200861)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"note","elements":[]}]}}""", 200861)]
    [InlineData("""{"schema":"2.0","body":{"elements":[{"tag":"form","name":"f","elements":[{"tag":"input","name":""}]}]}}""", 200530)]
    [InlineData("""{"body":{"elements":[]}}""", 200621)]
    [InlineData("""{"header":{}}""", 200621)]
    [InlineData("""{"type":"template","data":{"template_id":"x"}}""", 200380)]
    public void What_the_platform_refuses_is_refused_with_its_code(string card, int code) =>
        Assert.Equal(code, CardValidator.Check(JsonNode.Parse(card)!.AsObject())?.ErrCode);

    [Fact]
    public void Two_hundred_elements_fit_and_one_more_does_not()
    {
        static JsonObject Card(int count) => new()
        {
            ["schema"] = "2.0",
            ["body"] = new JsonObject { ["elements"] = new JsonArray([.. Enumerable.Range(0, count).Select(_ => new JsonObject { ["tag"] = "hr" })]) },
        };

        Assert.Null(CardValidator.Check(Card(200)));
        Assert.Equal(11310, CardValidator.Check(Card(201))?.ErrCode);
    }

    [Fact]
    public void A_size_that_the_card_defines_itself_may_be_used() => Assert.Null(CardValidator.Check(JsonNode.Parse(
        """{"schema":"2.0","config":{"style":{"text_size":{"mine":{"default":"normal"}}}},"body":{"elements":[{"tag":"markdown","content":"x","text_size":"mine"}]}}""")!.AsObject()));
}
