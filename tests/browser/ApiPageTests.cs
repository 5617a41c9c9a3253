using System.Text.Json.Nodes;
using LarkService.BrowserTests.Support;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace LarkService.BrowserTests;

/// <summary><c>/docs</c>: the API for people.</summary>
public sealed class ApiPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task The_page_shows_every_operation_and_its_own_policy_lets_it()
    {
        await using var sandbox = await SandboxRun.StartAsync("device");
        await using var context = await chromium.OpenAsync(1280, 900, "en-GB");
        var page = await context.NewPageAsync();
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Add(message.Text);
            }
        };
        await page.GotoAsync(new Uri(sandbox.ServiceUrl, "/docs").AbsoluteUri);

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var document = JsonNode.Parse(await http.GetStringAsync(new Uri(sandbox.ServiceUrl, "/api/openapi.json")))!;
        await Expect(page.Locator(".opblock")).ToHaveCountAsync(document["paths"]!.AsObject().Sum(p => p.Value!.AsObject().Count));
        await page.Locator("#operations-Authorization-createAuthorization .opblock-summary-control").ClickAsync();
        var open = page.Locator("#operations-Authorization-createAuthorization");
        await Expect(open).ToContainTextAsync("Permission: authorizations.write.");
        await Expect(open).ToContainTextAsync("Idempotency-Key");
        await Expect(open).ToContainTextAsync("Weekly report");
        await page.ScreenshotAsync(new() { Path = Path.Combine(ReadmeScreenshot.Results, "docs.png"), FullPage = true });
        Assert.Empty(complaints);
    }
}
