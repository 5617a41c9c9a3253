using System.Text.Json.Nodes;
using LarkSandbox.Cards;
using LarkSandbox.Hosting;
using LarkSandbox.OAuth;
using LarkSandbox.Pages;

namespace LarkSandbox.Chat;

/// <summary><c>/sandbox/api</c>: everything a person does on the chat page.</summary>
internal sealed class ChatApi(
    SandboxOptions options,
    TenantDirectory directory,
    SignedIn signedIn,
    ServiceAddress service,
    MessageStore messages,
    People people,
    CardClicks clicks,
    TokenVault vault)
{
    public IResult State(HttpContext http) => Results.Json(
        new StateView(
            new(options.AppId, options.AppName, options.BotName),
            new(options.TenantName, options.TenantKey),
            service.Url,
            signedIn.Find(http)?.OpenId,
            [.. directory.Demo.Select(vault.View)]),
        Json.Options);

    public async Task<IResult> SignInAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return signedIn.Switch(http, body.Text("openId")) ? Results.NoContent() : Results.NotFound();
    }

    public IResult Messages(string? openId) =>
        directory.Find(openId) is { } user ? Results.Json(new { items = messages.VisibleTo(user.OpenId) }, Json.Options) : Results.NotFound();

    public async Task<IResult> WriteAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (directory.Find(body.Text("openId")) is not { } user)
        {
            return Results.NotFound();
        }

        if (body.Text("text") is not { Length: > 0 } text || People.IsTooLong(text))
        {
            return Results.Json(new { error = "A message holds some text, at most 150 KB." }, Json.Options, statusCode: StatusCodes.Status400BadRequest);
        }

        return Results.Json(messages.View(people.Write(user, text).Message), Json.Options);
    }

    public async Task<IResult> EnterAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (directory.Find(body.Text("openId")) is not { } user)
        {
            return Results.NotFound();
        }

        people.EnterChat(user);
        return Results.NoContent();
    }

    public async Task<IResult> ChooseMenuAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (directory.Find(body.Text("openId")) is not { } user)
        {
            return Results.NotFound();
        }

        if (body.Text("eventKey") is not { Length: > 0 and <= 30 } key)
        {
            return Results.Json(new { error = "A menu entry has a key of 1 to 30 characters." }, Json.Options, statusCode: StatusCodes.Status400BadRequest);
        }

        people.ChooseMenu(user, key);
        return Results.NoContent();
    }

    public async Task<IResult> ClickAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (body.Text("openId") is not { } openId || body.Text("messageId") is not { } messageId)
        {
            return Results.BadRequest();
        }

        var click = new Click(openId, messageId, body!["value"], body.Text("tag") ?? "button", body.Text("name"), body["formValue"] as JsonObject, body.Text("elementId"))
        {
            Locale = body.Text("locale")?.Replace('-', '_').ToLowerInvariant(),
        };
        return Results.Json(await clicks.ClickAsync(click, ct), Json.Options);
    }
}
