using LarkService.Authorization.Cards;
using LarkService.Authorization.Flows;
using LarkService.Messaging;
using LarkService.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LarkService.Authorization.Pages;

/// <summary>Where the browser comes back to after the consent page. It leads nowhere else, keeps nothing and tells no referrer.</summary>
internal sealed class CallbackModel(RedirectConsent consent) : PageModel
{
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
        var outcome = IsAmbiguous
            ? new RedirectOutcome(CallbackResult.UnknownLink, null)
            : await consent.FinishAsync(state, string.IsNullOrEmpty(code) ? null : new Secret(code), error, ct);
        Result = outcome.Result;
        Language = PageLanguage.Of(outcome.Session?.Locale, Request);
        Words = CallbackWords.For(outcome.Result, Language);
        Reference = outcome is { Result: not (CallbackResult.Authorized or CallbackResult.Declined), Session: { } session } ? SessionReference.Of(session) : null;
        Protect();
        return new PageResult { StatusCode = Words.Status };
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
}
