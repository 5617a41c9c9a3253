using LarkService.UnitTests.Architecture;
using LarkService.UnitTests.Platform;
using LarkService.Webhooks;

namespace LarkService.UnitTests.Webhooks;

public sealed class WebhookTargetsTests
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    [Fact]
    public void Without_any_nobody_is_told_and_nothing_is_wrong()
    {
        Assert.Empty(Faults());
        Assert.Empty(new WebhookTargets(Settings.Of()).All);
        Assert.True(new WebhookTargets(Settings.Of()).NobodyWants(WebhookEvents.All));
    }

    [Fact]
    public void Without_events_all_of_them_are_wanted_and_with_events_those()
    {
        var targets = new WebhookTargets(Settings.Of(
            ("Webhooks__0__Url", "https://one.example/lark"), ("Webhooks__0__Secret", Secret),
            ("Webhooks__1__Url", "http://127.0.0.1:9/two"), ("Webhooks__1__Secret", Secret), ("Webhooks__1__Events__0", "grant.revoked")));

        Assert.Equal(["https://one.example/lark", "http://127.0.0.1:9/two"], targets.Wanting("grant.revoked").Select(t => t.Address));
        Assert.Equal(["https://one.example/lark"], targets.Wanting("authorization.declined").Select(t => t.Address));
        Assert.False(targets.NobodyWants("grant.recovered"));
        Assert.All(targets.All, t => Assert.Equal(Secret, t.Secret.Reveal()));
    }

    [Theory]
    [InlineData("Url", null, "Webhooks__0__Url is missing")]
    [InlineData("Url", "", "Webhooks__0__Url is missing")]
    [InlineData("Url", "lark", "no URL")]
    [InlineData("Url", "ftp://host.example", "no URL")]
    [InlineData("Url", "http://host.example/lark", "plain http")]
    [InlineData("Url", "https://user:pass@host.example", "must not hold a user")]
    [InlineData("Url", "https://host.example/?token=1", "must not hold")]
    [InlineData("Url", "https://169.254.169.254/latest", "link-local")]
    [InlineData("Url", "https://[fe80::1]/", "link-local")]
    [InlineData("Url", "https://[::ffff:169.254.169.254]/", "link-local")]
    [InlineData("Secret", null, "Webhooks__0__Secret is missing")]
    [InlineData("Secret", "short-secret-value", "Webhooks__0__Secret is shorter than 32 bytes")]
    [InlineData("Events__0", "grant.stolen", "'grant.stolen', which is no event")]
    public void What_is_wrong_is_said_with_its_key_and_the_secret_is_not(string key, string? value, string words)
    {
        Dictionary<string, string?> entry = new() { ["Url"] = "https://host.example", ["Secret"] = Secret };
        entry[key] = value;

        var fault = Assert.Single(Faults([.. entry.Select(e => ($"Webhooks__0__{e.Key}", e.Value))]));

        Assert.Contains(words, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("short-secret-value", fault, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_are_enough_and_each_url_stands_once()
    {
        static (string, string?)[] Many(int count) => [.. Enumerable.Range(0, count).SelectMany<int, (string, string?)>(i => [($"Webhooks__{i}__Url", $"https://host{i}.example"), ($"Webhooks__{i}__Secret", Secret)])];

        Assert.Empty(Faults(Many(10)));
        Assert.Contains("11 entries", Assert.Single(Faults(Many(11))), StringComparison.Ordinal);
        Assert.Contains("Webhooks__1__Url is the URL of another entry", Assert.Single(Faults([.. Many(2), ("Webhooks__1__Url", "https://HOST0.example/")])), StringComparison.Ordinal);
    }

    [Fact]
    public void The_example_of_settings_names_every_key_and_every_event()
    {
        var example = Repository.Read(".env.example");

        Assert.All(typeof(WebhookOptions).GetProperties().Where(p => p.CanWrite), p => Assert.Contains($"#Webhooks__0__{p.Name}", example, StringComparison.Ordinal));
        Assert.All(WebhookEvents.All, type => Assert.Contains(type, example, StringComparison.Ordinal));
        Assert.All(WebhookEvents.All, type => Assert.Contains($"| `{type}` |", Repository.Read("docs", "webhooks.md"), StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> Faults(params (string Key, string? Value)[] settings) =>
        [.. WebhookTargets.Faults(Settings.Of([.. settings.GroupBy(s => s.Key).Select(same => same.Last())])).Select(f => f.ErrorMessage!)];
}
