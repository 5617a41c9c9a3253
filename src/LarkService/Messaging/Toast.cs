using System.Text.Json.Nodes;

namespace LarkService.Messaging;

/// <summary>A brief notice in the client of whoever clicked: the <c>toast</c> of a callback's answer. Plain text.</summary>
internal sealed record Toast
{
    private readonly string _type;
    private readonly LocalizedText _text;

    private Toast(string type, LocalizedText text) => (_type, _text) = (type, text);

    public static Toast Info(LocalizedText text) => new("info", text);

    public static Toast Success(LocalizedText text) => new("success", text);

    public static Toast Warning(LocalizedText text) => new("warning", text);

    public static Toast Error(LocalizedText text) => new("error", text);

    public JsonObject ToJson() => new() { ["type"] = _type, ["content"] = _text.En, ["i18n"] = _text.ByLanguage() };
}
