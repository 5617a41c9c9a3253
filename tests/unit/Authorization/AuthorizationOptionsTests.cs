using LarkService.Authorization;
using LarkService.UnitTests.Platform;

namespace LarkService.UnitTests.Authorization;

public sealed class AuthorizationOptionsTests
{
    private const string Uri = "https://bot.example.com/oauth/callback";

    [Theory]
    [InlineData("Auto", null, SessionFlow.Device)]
    [InlineData("Auto", Uri, SessionFlow.Redirect)]
    [InlineData("Device", Uri, SessionFlow.Device)]
    [InlineData("Device", null, SessionFlow.Device)]
    [InlineData("Redirect", Uri, SessionFlow.Redirect)]
    internal void The_flow_follows_from_the_choice_and_the_redirect_uri(string choice, string? uri, SessionFlow flow) =>
        Assert.Equal(flow, new AuthorizationOptions { Flow = Enum.Parse<FlowChoice>(choice), RedirectUri = uri }.EffectiveFlow);

    [Theory]
    [InlineData("Authorization__RedirectUri", Uri)]
    [InlineData("Authorization__RedirectUri", "http://127.0.0.1:8080/oauth/callback")]
    [InlineData("Authorization__RedirectUri", "https://gateway.example.com/lark/oauth/callback")]
    [InlineData("Authorization__SessionLifetime", "00:00:05")]
    [InlineData("Authorization__SessionLifetime", "1.00:00:00")]
    [InlineData("Authorization__RequestsPerMinutePerUser", "1000")]
    [InlineData("Authorization__PrivacyPolicyUrl", "https://example.com/privacy")]
    [InlineData("Authorization__Flow", "device")]
    public void These_are_fine(string key, string value) => Assert.Empty(Settings.FaultsOf<AuthorizationOptions>((key, value)));

    [Theory]
    [InlineData("Authorization__RedirectUri", "bot.example.com/oauth/callback", "which is no URL")]
    [InlineData("Authorization__RedirectUri", "http://bot.example.com/oauth/callback", "https")]
    [InlineData("Authorization__RedirectUri", "https://bot.example.com/callback", "must end in /oauth/callback")]
    [InlineData("Authorization__RedirectUri", "https://bot.example.com/oauth/callback/", "must end in /oauth/callback")]
    [InlineData("Authorization__RedirectUri", "https://bot.example.com/oauth/callback?x=1", "query")]
    [InlineData("Authorization__SessionLifetime", "00:00:04", "between")]
    [InlineData("Authorization__SessionLifetime", "1.00:00:01", "between")]
    [InlineData("Authorization__SessionLifetime", "soon", "duration")]
    [InlineData("Authorization__RequestsPerMinutePerUser", "0", "between")]
    [InlineData("Authorization__RequestsPerMinutePerUser", "many", "whole number")]
    [InlineData("Authorization__PrivacyPolicyUrl", "privacy", "which is no URL")]
    [InlineData("Authorization__Flow", "Magic", "one of Auto, Redirect, Device")]
    public void A_wrong_value_is_told_with_its_key_and_how_to_mend_it(string key, string value, string words)
    {
        var fault = Assert.Single(Settings.FaultsOf<AuthorizationOptions>((key, value)));

        Assert.StartsWith(key, fault, StringComparison.Ordinal);
        Assert.Contains(words, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void The_redirect_flow_needs_its_address() =>
        Assert.StartsWith("Authorization__RedirectUri is missing", Assert.Single(Settings.FaultsOf<AuthorizationOptions>(("Authorization__Flow", "Redirect"))), StringComparison.Ordinal);
}
