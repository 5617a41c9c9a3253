using LarkSandbox.HttpPush;

namespace LarkService.IntegrationTests.Support;

/// <summary>How pushes reach the service in a test.</summary>
public enum PushWire
{
    LongConnection,
    Http,
}

/// <summary>Lets the platform push over HTTP.</summary>
internal static class OverHttp
{
    public const string EncryptKey = "an encrypt key of the tests 4711";
    public const string VerificationToken = "verification-token-of-the-tests";

    /// <summary>The app receives over HTTP, signed and encrypted, beside whatever else it does. The platform is patient, for this machine may be slow.</summary>
    public static SceneOptions Options { get; } = new()
    {
        Flow = Flow.Redirect,
        Sandbox = Scene.QuickSandbox with { VerificationToken = VerificationToken, AckDeadline = TimeSpan.FromSeconds(30) },
        Settings = { ["Lark:Apps:0:EncryptKey"] = EncryptKey, ["Lark:Apps:0:VerificationToken"] = VerificationToken },
    };

    public static Uri CallbackUrl(this Scene scene) => new(scene.Url, $"/callback/lark/{scene.Options.Sandbox.AppId}");

    /// <summary>The address is saved in the console, which checks it; from now on everything comes there.</summary>
    public static async Task PushOverHttpAsync(this Scene scene) =>
        Assert.Null(await scene.InsidePlatform<HttpPushes>().UseAsync(scene.CallbackUrl(), EncryptKey, CancellationToken.None));

    /// <summary>The service is ready with either wire; this one must be open, too.</summary>
    public static Task ConnectedAsync(this Scene scene) => Eventually.TrueAsync("a long connection", () => scene.Platform.Connections.Open.Count > 0);

    public static Task PushOverAsync(this Scene scene, PushWire wire) => wire == PushWire.Http ? scene.PushOverHttpAsync() : scene.ConnectedAsync();
}
