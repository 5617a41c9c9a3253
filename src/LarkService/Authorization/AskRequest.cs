using System.Text.Json.Serialization;
using LarkService.Platform.Http;

namespace LarkService.Authorization;

/// <summary>Body of <c>POST /api/v1/authorizations</c>.</summary>
/// <param name="AppId">Null: the default app.</param>
/// <param name="OpenId">Who is asked.</param>
/// <param name="Scopes">What for.</param>
/// <param name="Calls">What for, named by what is to be called.</param>
/// <param name="Reason">Shown to the user, as plain text.</param>
/// <param name="Detail"><c>detailed</c> or <c>concise</c>.</param>
/// <param name="Locale">The card's language; null lets each client pick its own.</param>
internal sealed record AskRequest(
    string? AppId, string? OpenId, IReadOnlyList<string>? Scopes, IReadOnlyList<ApiCall?>? Calls, string? Reason, string? Detail, string? Locale)
{
    /// <summary>Longest <see cref="Reason"/>, in characters.</summary>
    public const int MaxReason = 200;
    private static readonly string[] Locales = ["zh_cn", "en_us", "ja_jp"];

    /// <returns>What is wrong, and how to mend it; null when all is well.</returns>
    public string? Fault()
    {
        if (!RequestShapes.IsOpenId(OpenId))
        {
            return RequestShapes.NoOpenId;
        }

        if ((RequestShapes.FaultIn(Scopes ?? []) ?? ApiCall.FaultIn(Calls ?? []) ?? FaultInReason()) is { } fault)
        {
            return fault;
        }

        if (Detail is not (null or "detailed" or "concise"))
        {
            return "detail is 'detailed' or 'concise'.";
        }

        return Locale is null || Locales.Contains(Locale) ? null : $"locale is one of: {string.Join(", ", Locales)}. Leave it out to let each client show its own language.";
    }

    private string? FaultInReason()
    {
        if (Reason is { Length: > MaxReason })
        {
            return $"reason has {Reason.Length} characters: at most {MaxReason} are shown to the user.";
        }

        return Reason?.Any(c => char.IsControl(c) && c is not '\n' and not '\r' and not '\t') == true
            ? "reason holds control characters: write plain text."
            : null;
    }
}

/// <summary>What came of asking; of a user who has agreed to all of it before, the state alone.</summary>
/// <param name="SessionId">What the session is asked for by.</param>
/// <param name="State"><c>pending</c>, or <c>authorized</c> when all of it is granted.</param>
/// <param name="Flow">How the consent comes back: by the browser, or by asking the platform.</param>
/// <param name="MessageId">The card.</param>
/// <param name="ExpiresAt">So long they may answer.</param>
internal sealed record AskedView(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SessionId,
    string State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Flow,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? MessageId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ExpiresAt)
{
    public static AskedView Granted { get; } = new(null, SessionState.Authorized.Word(), null, null, null);

    public static AskedView Of(AuthorizationSession s) => new(s.SessionId, s.State.Word(), s.Flow.Word(), s.MessageId, s.ExpiresAt);
}
