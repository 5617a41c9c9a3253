using System.Diagnostics;
using LarkService.BrowserTests.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace LarkService.BrowserTests;

public sealed class JourneyTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Question = "Summarise: we ship on Friday, tests are green, docs are late.";
    private static readonly TimeSpan MachineTime = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData("device")]
    [InlineData("redirect")]
    public async Task A_newcomer_asks_agrees_once_and_reads_the_answer(string flow)
    {
        // Given a fresh start and a person who has never agreed to anything
        await using var sandbox = await SandboxRun.StartAsync(flow);
        await using var context = await chromium.OpenAsync();
        var chat = await ChatPage.OpenAsync(context, sandbox.Url);
        await chat.BecomeAsync(3);

        // When they ask, and agree on the card
        var watch = Stopwatch.StartNew();
        await chat.SayAsync(Question);
        var card = chat.Card("Your consent is needed");
        var messageId = await card.GetAttributeAsync("data-message-id");
        var consent = await chat.ConsentAsync(card, "Authorize", "allow");

        // Then that very card turns, and the answer arrives without asking again
        var same = chat.Page.Locator($"[data-message-id='{messageId}']");
        await Expect(same).ToContainTextAsync("Authorized");
        await Expect(same).ToHaveAttributeAsync("data-updated", "true");
        await Expect(chat.Messages.Last).ToContainTextAsync("In short");
        Assert.True(watch.Elapsed < MachineTime, $"It took {watch.Elapsed}.");
        await Expect(consent.Locator(flow == "redirect" ? "[data-result=authorized]" : "[data-outcome=allowed]")).ToBeVisibleAsync();
        await consent.CloseAsync();
        await ReadmeScreenshot.KeepFreshAsync(chat.Page, flow);

        // And a second question is answered at once
        await chat.SayAsync("And what is late?");
        await Expect(chat.Messages).ToHaveCountAsync(3);
        await Expect(chat.Messages.Last).ToContainTextAsync("Earlier you asked");
        await Expect(chat.Messages.Filter(new() { HasText = "Your consent is needed" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Everybody_is_asked_for_their_own_consent_and_may_decline()
    {
        await using var sandbox = await SandboxRun.StartAsync("device");
        await using var context = await chromium.OpenAsync();
        var chat = await ChatPage.OpenAsync(context, sandbox.Url);
        await chat.BecomeAsync(3);
        await chat.SayAsync(Question);
        await chat.ConsentAsync(chat.Card("Your consent is needed"), "Authorize", "allow");
        await Expect(chat.Messages.Last).ToContainTextAsync("In short");

        // When another person asks
        await chat.BecomeAsync(1);
        await chat.SayAsync("总结：周五发布，测试通过，文档延期。");

        // Then they get a card of their own, in their language, and declining it is respected
        var card = chat.Card("需要你的授权");
        await card.GetByRole(AriaRole.Button, new() { Name = "拒绝", Exact = true }).ClickAsync();
        await Expect(chat.Card("你已拒绝授权")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(390, 844)]
    [InlineData(320, 640)]
    public async Task The_page_fits_a_phone(int width, int height)
    {
        await using var sandbox = await SandboxRun.StartAsync("device");
        await using var context = await chromium.OpenAsync(width, height);
        var chat = await ChatPage.OpenAsync(context, sandbox.Url);
        await chat.BecomeAsync(3);
        await chat.SayAsync(Question);
        await Expect(chat.Card("Your consent is needed")).ToBeVisibleAsync();

        foreach (var tab in new[] { "tab-wire", "tab-chat" })
        {
            await chat.Page.GetByTestId(tab).ClickAsync();
            var overflow = await chat.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.Equal(0, overflow);
            await chat.Page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled, Path = Path.Combine(ReadmeScreenshot.Results, $"phone-{width}-{tab}.png") });
        }
    }

    [Fact]
    public async Task The_wire_shows_what_happens_and_its_faults_do_what_they_say()
    {
        await using var sandbox = await SandboxRun.StartAsync("device");
        await using var context = await chromium.OpenAsync();
        var chat = await ChatPage.OpenAsync(context, sandbox.Url);
        await chat.BecomeAsync(3);
        await chat.SayAsync(Question);
        await chat.ConsentAsync(chat.Card("Your consent is needed"), "Authorize", "allow");
        await Expect(chat.Messages.Last).ToContainTextAsync("In short");

        // Every kind of thing on the wire has been seen
        foreach (var kind in new[] { "ping", "pong", "event", "callback", "ack", "token", "card", "aily" })
        {
            await Expect(chat.Page.Locator($".wire-row[data-kind={kind}]").First).ToBeAttachedAsync();
        }

        // No secret is shown: a token in full would be longer than what a mask leaves
        var wire = await chat.Page.GetByTestId("wire-list").InnerTextAsync();
        Assert.DoesNotMatch("eyJ[A-Za-z0-9_-]{40,}", wire);

        // A revoked grant is told to the person, and the next question asks again
        await chat.Page.GetByTestId("fault-revoke-grant").ClickAsync();
        await Expect(chat.Card("Your authorization was removed")).ToBeVisibleAsync();
        await chat.SayAsync("And now?");
        await Expect(chat.Card("Your consent is needed")).ToBeVisibleAsync();

        // Dropped connections come back by themselves
        await chat.Page.GetByTestId("fault-drop-connections").ClickAsync();
        await chat.SayAsync("/help");
        await Expect(chat.Card("/revoke")).ToBeVisibleAsync();
    }
}
