using System.Reflection;
using System.Text.Json.Nodes;
using LarkService.Authorization.Cards;
using LarkService.Events.Callbacks;
using LarkService.Grants.OAuth;
using LarkService.LongConnection;
using LarkService.Messaging;
using LarkService.Platform;

namespace LarkService.UnitTests.Messaging;

/// <summary>Whatever the service says, it says in three languages.</summary>
public sealed class EveryTextTests
{
    [Fact]
    public void Every_text_that_is_kept_has_its_three_languages()
    {
        var texts = Kept().ToList();

        Assert.True(texts.Count > 30, $"Only {texts.Count} texts were found.");
        Assert.All(texts, t => AssertThreeLanguages(t.Text, t.Where));
    }

    [Fact]
    public void Every_scope_in_words_has_its_three_languages_and_no_two_say_the_same_in_one_of_them_only()
    {
        var texts = ScopeTable.Scopes.Select(s => ScopeTable.Find(s)!).Distinct().ToList();

        Assert.All(texts, t => AssertThreeLanguages(t, "a scope"));
        Assert.Equal(texts.Count, texts.Select(t => t.En).Distinct().Count());
        Assert.Equal(texts.Count, texts.Select(t => t.Zh).Distinct().Count());
        Assert.Equal(texts.Count, texts.Select(t => t.Ja).Distinct().Count());
    }

    [Fact]
    public void Every_alert_to_the_operators_has_its_three_languages()
    {
        IEnumerable<AlertText> alerts = [.. Enum.GetValues<DisconnectKind>().Select(DisconnectWords.Of), .. Enumerable.Range(20000, 100).Append(21000).Select(ConfigurationWords.For)];

        Assert.All(alerts.Distinct(), a => AssertThreeLanguages(new(a.En, a.Zh, a.Ja), "an alert"));
    }

    [Fact]
    public void Every_toast_for_when_no_handler_speaks_has_its_three_languages()
    {
        JsonObject[] toasts = [CallbackToasts.StillWorking, CallbackToasts.NotUnderstood, CallbackToasts.Failed, CallbackToasts.Busy];

        Assert.All(toasts, t => AssertThreeLanguages(new((string)t["content"]!, (string)t["i18n"]!["zh_cn"]!, (string)t["i18n"]!["ja_jp"]!), "a toast"));
        Assert.All(toasts, t => Assert.Equal((string)t["content"]!, (string)t["i18n"]!["en_us"]!));
    }

    private static IEnumerable<(string Where, LocalizedText Text)> Kept() =>
        from type in typeof(LocalizedText).Assembly.GetTypes()
        where !type.ContainsGenericParameters
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        where field.FieldType == typeof(LocalizedText)
        select ($"{type.Name}.{field.Name}", (LocalizedText)field.GetValue(null)!);

    private static void AssertThreeLanguages(LocalizedText text, string where)
    {
        Assert.False(text.En.Length == 0 || text.Zh == text.En || text.Ja == text.En || text.Ja == text.Zh, $"{where} is not translated: {text}");
        Assert.DoesNotMatch(@"[\p{IsCJKUnifiedIdeographs}\p{IsHiragana}\p{IsKatakana}]", text.En);
        Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", text.Zh);
        Assert.DoesNotMatch(@"[\p{IsHiragana}\p{IsKatakana}]", text.Zh);
        Assert.Matches(@"[\p{IsHiragana}\p{IsKatakana}\p{IsCJKUnifiedIdeographs}]", text.Ja);
    }
}
