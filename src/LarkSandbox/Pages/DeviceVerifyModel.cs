using LarkSandbox.Chat;
using LarkSandbox.Hosting;
using LarkSandbox.OAuth;
using Microsoft.AspNetCore.Mvc;

namespace LarkSandbox.Pages;

/// <summary>The consent page of the device flow; its link serves one decision, by whoever is signed in.</summary>
internal sealed class DeviceVerifyModel(
    SandboxOptions options,
    ConsentRules rules,
    DeviceFlows devices,
    SignedIn signedIn,
    TenantDirectory directory,
    TimeProvider clock) : ConsentPage(signedIn, directory)
{
    private readonly SignedIn _signedIn = signedIn;

    private DeviceFlow? Flow => devices.Find(Request.Query["flow_id"], Request.Query["user_code"]);

    protected override ConsentErrorView? Problem() => Flow switch
    {
        null => new(20001, "The link is not valid", "The code in the link is unknown. Ask for a new link."),
        { State: not DeviceFlowState.Pending } => new(20003, "The link was used already", "Somebody has decided with this link before. Ask for a new one if you need it."),
        var flow when clock.GetUtcNow() >= flow.ExpiresAt => new(20004, "The link has expired", "Links are short-lived. Ask for a new one."),
        var flow when rules.Forbidden(flow.Scopes) is { } forbidden => new(20027, "The app may not ask for this", $"Not enabled for the app: {forbidden}. An administrator has to enable it in the developer console."),
        _ => null,
    };

    protected override ConsentView Ask(DemoUser user) => _signedIn.Ask(user, Flow!.Scopes, PageUrl, Flow!.UserCode);

    protected override IActionResult Decide(DemoUser user, bool allow) =>
        devices.Decide(Flow!, user.OpenId, allow) ? Show(new ConsentDoneView(allow, options.AppName)) : Show(Problem()!);
}
