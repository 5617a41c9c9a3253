using LarkService.Authorization.Cards;
using LarkService.Authorization.Flows;
using LarkService.Data;
using LarkService.Messaging;
using LarkService.Platform;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LarkService.Authorization.Pages;

/// <summary>Where the browser comes back to after the consent page. It leads nowhere else, keeps nothing and tells no referrer.</summary>
[PageForPeople]
internal sealed partial class CallbackModel(RedirectConsent consent, ILogger<CallbackModel> logger) : PageModel
{
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(10);

    public CallbackResult Result { get; private set; }

    public CallbackWords Words { get; private set; } = CallbackWords.For(CallbackResult.UnknownLink, Languages.English);

    /// <summary>One of <see cref="Languages"/>.</summary>
    public string Language { get; private set; } = Languages.English;

    /// <summary>For whoever needs help; the card shows the same.</summary>
    public string? Reference { get; private set; }

    /// <summary>Lets the page's own style through the content security policy, and nothing else.</summary>
    public string Nonce { get; } = RandomIds.Create(128);

    /// <summary>A state works once: whoever only looks what is here must not use it up.</summary>
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (!HttpMethods.IsGet(Request.Method))
        {
            context.Result = StatusCode(StatusCodes.Status405MethodNotAllowed);
        }
    }

    public async Task<IActionResult> OnGetAsync(string? code, string? state, string? error, CancellationToken ct)
    {
        var outcome = HeldBack.Is(HttpContext) ? new RedirectOutcome(CallbackResult.TooMany, null)
            : IsAmbiguous ? new RedirectOutcome(CallbackResult.UnknownLink, null)
            : await FinishAsync(state, string.IsNullOrEmpty(code) ? null : new Secret(code), error, ct);
        Result = outcome.Result;
        Language = PageLanguage.Of(outcome.Session?.Locale, Request);
        Words = CallbackWords.For(outcome.Result, Language);
        Reference = outcome is { Result: not (CallbackResult.Authorized or CallbackResult.Declined), Session: { } session } ? SessionReference.Of(session) : null;
        Protect();
        return new PageResult { StatusCode = Words.Status };
    }

    // People get a page, whatever happens. What was not begun can be begun again with the same link.
    private async Task<RedirectOutcome> FinishAsync(string? state, Secret? code, string? error, CancellationToken ct)
    {
        try
        {
            return await consent.FinishAsync(state, code, error, ct);
        }
        catch (Exception e) when (DatabaseAway.Is(e))
        {
            Log.NotNow(logger, e);
            Problems.RetryAfter(SoonAgain, HttpContext);
            return new(CallbackResult.NotNow, null);
        }
    }

    // Which of two values counts would depend on who reads them (RFC 6749 §3.1 forbids them).
    private bool IsAmbiguous => Request.Query.Any(parameter => parameter.Value.Count > 1);

    private void Protect()
    {
        var headers = Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'nonce-{Nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Somebody came back from the consent page, and the database does not answer")]
        public static partial void NotNow(ILogger logger, Exception e);
    }
}
