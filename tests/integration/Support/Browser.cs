using System.Net;
using System.Text.RegularExpressions;

namespace LarkService.IntegrationTests.Support;

/// <summary>A person's browser on the consent pages: signed in by the sandbox's cookie, it follows the redirect back to the service.</summary>
internal sealed partial class Browser(string openId) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private string _signedIn = openId;

    /// <summary>Agrees. In the redirect flow the page is the service's own.</summary>
    public Task<BrowserPage> AllowAsync(Uri link) => DecideAsync(link, "allow");

    public Task<BrowserPage> RefuseAsync(Uri link) => DecideAsync(link, "refuse");

    /// <summary>Agrees, but does not go back: the address it would have gone to.</summary>
    public async Task<Uri> AllowAndStayAsync(Uri link)
    {
        using var answer = await PostAsync(link, "decision", "allow");
        return answer.Headers.Location ?? throw new InvalidOperationException("The consent page did not redirect.");
    }

    /// <summary>Changes the account on the consent page.</summary>
    public async Task SwitchAsync(Uri link, string openId)
    {
        using var answer = await PostAsync(link, "switch", openId);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        _signedIn = openId;
    }

    public async Task<BrowserPage> OpenAsync(Uri address, string language = "en-US")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Cookie", $"sandbox_user={_signedIn}");
        request.Headers.Add("Accept-Language", language);
        using var answer = await _http.SendAsync(request);
        return await ReadAsync(answer);
    }

    public void Dispose() => _http.Dispose();

    private async Task<BrowserPage> DecideAsync(Uri link, string decision)
    {
        using var answer = await PostAsync(link, "decision", decision);
        return answer.Headers.Location is { } back ? await OpenAsync(back) : await ReadAsync(answer);
    }

    private async Task<HttpResponseMessage> PostAsync(Uri link, string field, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, link) { Content = new FormUrlEncodedContent([new(field, value)]) };
        request.Headers.Add("Cookie", $"sandbox_user={_signedIn}");
        return await _http.SendAsync(request);
    }

    private static async Task<BrowserPage> ReadAsync(HttpResponseMessage answer)
    {
        var html = await answer.Content.ReadAsStringAsync();
        return new BrowserPage(answer.StatusCode, Result().Match(html) is { Success: true } match ? match.Groups[1].Value : null, html);
    }

    [GeneratedRegex("data-result=\"([a-z]+)\"")]
    private static partial Regex Result();
}

/// <param name="Status">HTTP status.</param>
/// <param name="Result">What the service's own page says the outcome is; null on the platform's pages.</param>
/// <param name="Html">All of it.</param>
internal sealed record BrowserPage(HttpStatusCode Status, string? Result, string Html);
