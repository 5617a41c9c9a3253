using System.Text.Json.Nodes;
using LarkService.Messaging;

namespace LarkService.UnitTests.Messaging;

public sealed class ToastTests
{
    [Fact]
    public void A_toast_carries_its_kind_and_every_language()
    {
        var json = Toast.Success(new("Done", "完成", "完了")).ToJson();

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"type":"success","content":"Done","i18n":{"zh_cn":"完成","en_us":"Done","ja_jp":"完了"}}"""), json), json.ToJsonString());
    }

    [Fact]
    public void Every_kind_has_the_platforms_name()
    {
        var text = LocalizedText.Same("x");

        Assert.Equal(["info", "success", "warning", "error"], new[] { Toast.Info(text), Toast.Success(text), Toast.Warning(text), Toast.Error(text) }.Select(t => (string?)t.ToJson()["type"]));
    }
}
