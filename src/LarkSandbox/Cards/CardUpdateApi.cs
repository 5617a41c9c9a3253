using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;

namespace LarkSandbox.Cards;

/// <summary><c>POST /open-apis/interactive/v1/card/update</c>: changes a card with the token of a click. The card is an object.</summary>
internal sealed class CardUpdateApi(CardTokens tokens, MessageStore messages)
{
    private const int MostBytes = 30 * 1024;

    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken ct)
    {
        if (await Json.ReadObjectAsync(http.Request, ct) is not { } body)
        {
            return Fail(100030, "request body is not JSON");
        }

        var (code, msg, token) = tokens.Check(body.Text("token"));
        return token is null ? Fail(code, msg) : Update(token, body["card"] as JsonObject);
    }

    private IResult Update(CardToken token, JsonObject? card)
    {
        if (card is null || CardValidator.Check(card) is not null)
        {
            return Fail(11311, "card invalid");
        }

        if (Encoding.UTF8.GetByteCount(Json.Write(card)) > MostBytes)
        {
            return Fail(100000, "card too large");
        }

        if (messages.Find(token.MessageId) is not { Deleted: false, Card: { } before } message)
        {
            return Fail(200000, "the message was recalled");
        }

        if (CardValidator.IsSecondVersion(before) && !CardValidator.IsSecondVersion(card))
        {
            return Fail(200830, "a 2.0 card cannot become a 1.0 card");
        }

        if (!message.IsShared && card["open_ids"] is not JsonArray { Count: > 0 })
        {
            return Fail(300090, "exclusive card needs open_ids");
        }

        token.Uses++;
        messages.Update(message, "delayed", (JsonObject)card.DeepClone());
        return Answer.Body(new JsonObject { ["code"] = 0, ["msg"] = "ok" });
    }

    private static IResult Fail(int code, string msg) => Answer.Error(code, msg, StatusCodes.Status200OK);
}
