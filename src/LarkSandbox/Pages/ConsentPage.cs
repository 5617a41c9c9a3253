using LarkSandbox.Chat;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LarkSandbox.Pages;

/// <summary>What both consent pages share: the person, the switch, the decision.</summary>
[IgnoreAntiforgeryToken]
internal abstract class ConsentPage(SignedIn signedIn, TenantDirectory directory) : PageModel
{
    /// <summary>The partial to show and its model.</summary>
    public string Part { get; private set; } = "";

    public object? PartModel { get; private set; }

    protected string PageUrl => Request.Path + Request.QueryString;

    public IActionResult OnGet() => Problem() is { } problem ? Show(problem) : Show(Ask(signedIn.Find(HttpContext) ?? directory.Demo[0]));

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var form = await Request.ReadFormAsync(ct);
        if (Problem() is { } problem)
        {
            return Show(problem);
        }

        if (form.TryGetValue("switch", out var openId))
        {
            return signedIn.Switch(HttpContext, openId) ? Show(Ask(directory.Find(openId)!)) : BadRequest();
        }

        var user = signedIn.Find(HttpContext) ?? directory.Demo[0];
        return form["decision"].ToString() switch
        {
            "allow" => Decide(user, allow: true),
            "refuse" => Decide(user, allow: false),
            _ => BadRequest(),
        };
    }

    /// <summary>Why the page cannot ask at all; null when it can.</summary>
    protected abstract ConsentErrorView? Problem();

    protected abstract ConsentView Ask(DemoUser user);

    protected abstract IActionResult Decide(DemoUser user, bool allow);

    protected IActionResult Show(ConsentDoneView done) => Show("_ConsentDone", done);

    protected IActionResult Show(ConsentErrorView problem) => Show("_ConsentError", problem);

    private PageResult Show(ConsentView question) => Show("_Consent", question);

    private PageResult Show(string part, object model)
    {
        Part = part;
        PartModel = model;
        return Page();
    }
}
