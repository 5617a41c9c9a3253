using System.Reflection;
using LarkService.Authorization.Cards;
using LarkService.Messaging;

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
