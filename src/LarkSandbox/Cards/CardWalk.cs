using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LarkSandbox.Cards;

/// <summary>One walk over a JSON 2.0 card; stops at the first problem.</summary>
internal sealed partial class CardWalk(JsonObject card)
{
    private const int MostElements = 200;
    private const int DeepestNesting = 5;

    private readonly HashSet<string> _elementIds = [];
    private readonly HashSet<string> _formNames = [];
    private readonly HashSet<string> _ownTextSizes = [];
    private int _elements;

    public CardProblem? Check()
    {
        try
        {
            Root();
            return null;
        }
        catch (Refusal refusal)
        {
            return refusal.Problem;
        }
    }

    private void Root()
    {
        OnlyKnown(card, CardSchema.Root, "card");
        if (card["config"] is { } config)
        {
            Config(Object(config, "config"));
        }

        if (card["card_link"] is { } link)
        {
            OnlyKnown(Object(link, "card_link"), CardSchema.Parts["card_link"], "card_link");
        }

        if (card["header"] is { } header)
        {
            Header(Object(header, "header"));
        }

        var body = Object(card["body"], "body");
        OnlyKnown(body, CardSchema.Parts["body"], "body");
        Elements(body, "body", depth: 0, inForm: false);
    }

    private void Config(JsonObject config)
    {
        OnlyKnown(config, CardSchema.Parts["config"], "config");
        Values(config, "config");
        if (config["update_multi"]?.GetValue<bool>() == false)
        {
            throw Bad("config.update_multi: JSON 2.0 cards are always shared");
        }

        if (config["summary"] is { } summary)
        {
            OnlyKnown(Object(summary, "config.summary"), CardSchema.Parts["summary"], "config.summary");
            Values(summary.AsObject(), "config.summary");
        }

        if (config["style"]?["text_size"] is JsonObject sizes)
        {
            _ownTextSizes.UnionWith(sizes.Select(s => s.Key));
        }

        foreach (var locale in config["locales"] as JsonArray ?? [])
        {
            if (!CardSchema.Locales.Contains(locale?.ToString() ?? ""))
            {
                throw Bad($"config.locales: unknown language {locale}");
            }
        }
    }

    private void Header(JsonObject header)
    {
        OnlyKnown(header, CardSchema.Parts["header"], "header");
        Values(header, "header");
        Tagged(header, "title", "header", "plain_text lark_md");
        Tagged(header, "subtitle", "header", "plain_text lark_md");
        Tagged(header, "icon", "header", "standard_icon custom_icon");
        var tags = header["text_tag_list"] as JsonArray ?? [];
        if (tags.Count > 3)
        {
            throw Bad("header.text_tag_list: at most 3");
        }

        foreach (var tag in tags)
        {
            Element(Object(tag, "header.text_tag_list"), "header", 0, inForm: false);
        }
    }

    private void Elements(JsonObject owner, string path, int depth, bool inForm)
    {
        if (owner["elements"] is not JsonArray elements)
        {
            throw Bad($"{path}.elements is required and must be an array");
        }

        foreach (var element in elements)
        {
            Element(Object(element, $"{path}.elements"), path, depth, inForm);
        }
    }

    private void Element(JsonObject element, string path, int depth, bool inForm)
    {
        var tag = Tag(element, path);
        if (!CardSchema.Tags.TryGetValue(tag, out var known))
        {
            throw CardSchema.OldTags.Contains(tag)
                ? new Refusal(new(CardProblem.OldTag, string.Create(CultureInfo.InvariantCulture, $"cards of schema V2 no longer support this capability; unsupported tag {tag}")))
                : Bad($"{path}: unknown tag {tag}");
        }

        if (++_elements > MostElements)
        {
            throw new Refusal(new(CardProblem.TooManyElements, string.Create(CultureInfo.InvariantCulture, $"card contains more than {MostElements} elements")));
        }

        var here = $"{path}/{tag}";
        OnlyKnown(element, known, here, alsoTag: true);
        Values(element, tag, here);
        ElementId(element, here);
        FormName(element, tag, here, inForm);
        Inside(element, tag, here, depth, inForm);
    }

    private void Inside(JsonObject element, string tag, string path, int depth, bool inForm)
    {
        foreach (var name in (string[])["text", "title", "alt", "placeholder", "label", "hover_tips", "disabled_tips"])
        {
            Tagged(element, name, path, "plain_text lark_md");
        }

        Tagged(element, "icon", path, "standard_icon custom_icon");
        Confirm(element, path);
        Behaviors(element, path);
        switch (tag)
        {
            case "markdown" or "plain_text" or "lark_md" when element["content"] is null && element["i18n_content"] is null:
                throw Bad($"{path}.content is required");
            case "column_set":
                Columns(element, path, Deeper(depth, path), inForm);
                break;
            case "form" when inForm:
                throw Bad($"{path}: a form cannot hold a form");
            case "form":
                Elements(element, path, Deeper(depth, path), inForm: true);
                break;
            case "collapsible_panel":
                Panel(element, path, Deeper(depth, path), inForm);
                break;
            case "interactive_container":
                Elements(element, path, Deeper(depth, path), inForm);
                break;
            case "column" when element.ContainsKey("elements"):
                Elements(element, path, depth, inForm);
                break;
        }
    }

    private void Columns(JsonObject set, string path, int depth, bool inForm)
    {
        foreach (var column in set["columns"] as JsonArray ?? throw Bad($"{path}.columns is required and must be an array"))
        {
            var found = Object(column, $"{path}.columns");
            if (Tag(found, path) != "column")
            {
                throw Bad($"{path}.columns: only tag column");
            }

            Element(found, path, depth, inForm);
        }
    }

    private void Panel(JsonObject panel, string path, int depth, bool inForm)
    {
        var header = Object(panel["header"], $"{path}.header");
        OnlyKnown(header, CardSchema.Parts["panel_header"], $"{path}.header");
        Values(header, "panel_header", $"{path}.header");
        Tagged(header, "title", $"{path}.header", "plain_text lark_md markdown");
        Tagged(header, "icon", $"{path}.header", "standard_icon custom_icon");
        if (panel["border"] is { } border)
        {
            OnlyKnown(Object(border, $"{path}.border"), CardSchema.Parts["border"], $"{path}.border");
        }

        if ((panel["elements"] as JsonArray)?.Any(e => e?["tag"]?.ToString() == "form") == true)
        {
            throw Bad($"{path}: a collapsible panel cannot hold a form");
        }

        Elements(panel, path, depth, inForm);
    }

    private void Confirm(JsonObject element, string path)
    {
        if (element["confirm"] is { } confirm)
        {
            var found = Object(confirm, $"{path}.confirm");
            OnlyKnown(found, CardSchema.Parts["confirm"], $"{path}.confirm");
            Tagged(found, "title", $"{path}.confirm", "plain_text");
            Tagged(found, "text", $"{path}.confirm", "plain_text");
        }
    }

    private static void Behaviors(JsonObject element, string path)
    {
        if (element["behaviors"] is null)
        {
            return;
        }

        foreach (var behavior in element["behaviors"] as JsonArray ?? throw Bad($"{path}.behaviors must be an array"))
        {
            var found = Object(behavior, $"{path}.behaviors");
            OnlyKnown(found, CardSchema.Parts["behavior"], $"{path}.behaviors");
            Enumerated(found, "behavior", "type", $"{path}.behaviors", required: true);
            Behavior(found, $"{path}.behaviors");
        }
    }

    private static void Behavior(JsonObject behavior, string path)
    {
        switch (behavior["type"]!.ToString())
        {
            case "open_url" when !((string[])["default_url", "pc_url", "ios_url", "android_url"]).Any(u => behavior[u]?.ToString() is { Length: > 0 }):
                throw Bad($"{path}: open_url needs an address");
            case "open_url" when behavior["default_url"]?.ToString() is { Length: > 0 } url && !Uri.TryCreate(url, UriKind.Absolute, out _):
                throw Bad($"{path}: default_url is no address");
            case "callback" when behavior["value"]?.GetValueKind() is not (JsonValueKind.Object or JsonValueKind.String):
                throw Bad($"{path}: a callback's value must be an object or a string");
        }
    }

    private void Tagged(JsonObject owner, string name, string path, string tags)
    {
        if (owner[name] is not { } value)
        {
            return;
        }

        var found = Object(value, $"{path}.{name}");
        var tag = Tag(found, $"{path}.{name}");
        if (!tags.Split(' ').Contains(tag))
        {
            throw Bad($"{path}.{name}: tag {tag} does not fit here");
        }

        Element(found, $"{path}.{name}", 0, inForm: false);
    }

    private void ElementId(JsonObject element, string path)
    {
        if (element["element_id"] is not { } id)
        {
            return;
        }

        if (!ElementIdShape().IsMatch(id.ToString()))
        {
            throw Bad($"{path}.element_id: a letter, then letters, digits or underscores, at most 20");
        }

        if (!_elementIds.Add(id.ToString()))
        {
            throw Bad($"{path}.element_id: {id} occurs twice");
        }
    }

    private void FormName(JsonObject element, string tag, string path, bool inForm)
    {
        var submits = tag == "button" && element["form_action_type"] is not null;
        if (!inForm || !(submits || CardSchema.FormFields.Contains(tag)))
        {
            return;
        }

        var name = element["name"]?.ToString();
        if (string.IsNullOrEmpty(name) || !_formNames.Add(name))
        {
            throw new Refusal(new(CardProblem.BadFormName, string.Create(CultureInfo.InvariantCulture, $"{path}.name is empty or occurs twice in the form")));
        }
    }

    /// <summary>Kinds, enumerations and languages of the plain properties.</summary>
    private void Values(JsonObject owner, string kind, string? path = null)
    {
        path ??= kind;
        foreach (var (name, value) in owner)
        {
            if (CardSchema.Flags.Contains(name) && value?.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
            {
                throw Bad($"{path}.{name} must be true or false");
            }

            if (CardSchema.Texts.Contains(name) && value is not null && value.GetValueKind() != JsonValueKind.String)
            {
                throw Bad($"{path}.{name} must be a string");
            }

            if (name == "i18n_content")
            {
                Languages(Object(value, $"{path}.{name}"), path);
            }

            Enumerated(owner, kind, name, path, required: false);
        }

        if (owner["text_size"] is { } size && !CardSchema.TextSizes.Contains(size.ToString()) && !_ownTextSizes.Contains(size.ToString()))
        {
            throw Bad($"{path}.text_size: unknown size {size}");
        }
    }

    private static void Languages(JsonObject texts, string path)
    {
        foreach (var (locale, text) in texts)
        {
            if (!CardSchema.Locales.Contains(locale) || text?.GetValueKind() != JsonValueKind.String)
            {
                throw Bad($"{path}.i18n_content: unknown language {locale}");
            }
        }
    }

    private static void Enumerated(JsonObject owner, string kind, string name, string path, bool required)
    {
        var known = CardSchema.Enumerations.GetValueOrDefault($"{kind}.{name}") ?? CardSchema.Enumerations.GetValueOrDefault(name);
        if (known is null || (owner[name] is null && !required))
        {
            return;
        }

        if (!known.Contains(owner[name]?.ToString() ?? ""))
        {
            throw Bad($"{path}.{name}: unknown value {owner[name]}");
        }
    }

    private static void OnlyKnown(JsonObject owner, FrozenSet<string> known, string path, bool alsoTag = false)
    {
        foreach (var (name, _) in owner)
        {
            if (!known.Contains(name) && !(alsoTag && name == "tag"))
            {
                throw Bad($"unknown property, property: {name}, path: {path}");
            }
        }
    }

    private static string Tag(JsonObject element, string path) =>
        element["tag"] is JsonValue tag && tag.GetValueKind() == JsonValueKind.String ? tag.GetValue<string>() : throw Bad($"{path}: tag is required");

    private static int Deeper(int depth, string path) => depth < DeepestNesting ? depth + 1 : throw Bad($"{path}: nested deeper than {DeepestNesting}");

    private static JsonObject Object(JsonNode? node, string path) => node as JsonObject ?? throw Bad($"{path} must be an object");

    private static Refusal Bad(string message) => new(new(CardProblem.BadJson, $"parse card json err; {message}"));

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,19}$", RegexOptions.CultureInvariant)]
    private static partial Regex ElementIdShape();

    private sealed class Refusal(CardProblem problem) : Exception(problem.Message)
    {
        public CardProblem Problem => problem;
    }
}
