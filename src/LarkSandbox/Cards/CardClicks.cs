using System.Text;
using System.Text.Json.Nodes;
using LarkSandbox.Chat;
using LarkSandbox.Hosting;
using LarkSandbox.LongConnection;

namespace LarkSandbox.Cards;

/// <summary>
/// Turns a click into the callback <c>card.action.trigger</c>, waits for the answer and carries it out. A callback is
/// pushed once; when the answer fails, the person sees an error.
/// </summary>
internal sealed class CardClicks(SandboxOptions options, TenantDirectory directory, MessageStore messages, CardTokens tokens, Envelopes envelopes, Pushes pushes, TimeProvider clock)
{
    private const int MostCardBytes = 30 * 1024;
    private static readonly TimeSpan Life = TimeSpan.FromDays(14);

    public async Task<ClickResult> ClickAsync(Click click, CancellationToken ct)
    {
        if (directory.Find(click.OpenId) is not { } user || messages.Find(click.MessageId) is not { } message || !CanSee(user, message))
        {
            return ClickResult.Failed(200080, "There is no such card for this person.");
        }

        if (message.Card is not { } card || !CardButtons.Has(card, click) || clock.GetUtcNow() - message.CreatedAt > Life)
        {
            return ClickResult.Failed(200080, "The card has no such button (any more).");
        }

        var token = tokens.Issue(message.MessageId);
        var payload = Encoding.UTF8.GetBytes(Json.Write(envelopes.Callback("card.action.trigger", Describe(click, user, message, token))));
        var result = await pushes.PushAsync(payload, "callback", "callback card.action.trigger", ct);
        token.Answered = true;
        return result switch
        {
            PushResult.NoConnection => ClickResult.Failed(200345, "No client of the app is connected."),
            PushResult.TimedOut or PushResult.ConnectionLost => ClickResult.Failed(200341, "The app did not answer in time."),
            PushResult.Unreachable => ClickResult.Failed(200342, "The app's address cannot be reached."),
            PushResult.Answered { Code: 200 } answered => CarryOut(answered.Data, message, click.Locale ?? user.CardLocale),
            _ => ClickResult.Failed(200671, "The app answered with a failure."),
        };
    }

    private bool CanSee(DemoUser user, ChatMessage message) =>
        !message.Deleted && directory.IsMember(message.ChatId, user.OpenId) && (message.OnlyVisibleTo is null || message.OnlyVisibleTo == user.OpenId);

    private JsonObject Describe(Click click, DemoUser user, ChatMessage message, CardToken token)
    {
        var action = new JsonObject { ["value"] = click.Value?.DeepClone() ?? new JsonObject(), ["tag"] = click.Tag, ["timezone"] = "Asia/Shanghai" };
        if (click.Name is not null)
        {
            action["name"] = click.Name;
        }

        if (click.FormValue is not null)
        {
            action["form_value"] = click.FormValue.DeepClone();
        }

        return new JsonObject
        {
            ["operator"] = new JsonObject
            {
                ["tenant_key"] = options.TenantKey,
                ["user_id"] = user.UserId,
                ["open_id"] = user.OpenId,
                ["union_id"] = user.UnionId,
            },
            ["token"] = token.Value,
            ["action"] = action,
            ["host"] = "im_message",
            ["context"] = new JsonObject { ["open_message_id"] = message.MessageId, ["open_chat_id"] = message.ChatId },
        };
    }

    private ClickResult CarryOut(byte[]? data, ChatMessage message, string locale)
    {
        if (data is null)
        {
            return new(null, null);
        }

        if (Json.Parse(data) is not JsonObject answer || !ReadToast(answer, locale, out var toast))
        {
            return ClickResult.Failed(200672, "The app's answer is not in the right form.");
        }

        return answer["card"] is { } card && Show(card, message) is { } error ? new(null, error) : new(toast, null);
    }

    private static bool ReadToast(JsonObject answer, string locale, out ToastView? toast)
    {
        toast = null;
        if (answer["toast"] is not { } found)
        {
            return true;
        }

        if (found.Text("type") is not (null or "info" or "success" or "error" or "warning") || (found.Text("content") ?? found["i18n"]?.ToString()) is null)
        {
            return false;
        }

        toast = new(found.Text("type") ?? "info", found["i18n"].Text(locale) ?? found.Text("content") ?? "");
        return true;
    }

    /// <summary>The card of the answer takes the place of the old one; it keeps the schema's version.</summary>
    private ClickError? Show(JsonNode answer, ChatMessage message)
    {
        if (answer is not JsonObject wrapper)
        {
            return new(200671, "The card was given as a string.");
        }

        if (wrapper["data"] is JsonValue)
        {
            return new(200671, "The card was given as a string.");
        }

        if (wrapper.Text("type") is not ("raw" or "template") || wrapper["data"] is not JsonObject card)
        {
            return new(200672, "The app's answer is not in the right form.");
        }

        if (CardValidator.IsSecondVersion(message.Card!) && wrapper.Text("type") == "raw" && !CardValidator.IsSecondVersion(card))
        {
            return new(200830, "A 2.0 card cannot become a 1.0 card.");
        }

        if (wrapper.Text("type") == "template" || CardValidator.Check(card) is not null || Encoding.UTF8.GetByteCount(Json.Write(card)) > MostCardBytes)
        {
            return new(200673, "The app answered with a bad card.");
        }

        messages.Update(message, "callback", (JsonObject)card.DeepClone());
        return null;
    }
}
