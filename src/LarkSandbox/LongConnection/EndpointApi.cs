using System.Globalization;
using System.Text.Json.Nodes;
using LarkSandbox.Faults;
using LarkSandbox.Hosting;
using LarkSandbox.Network;

namespace LarkSandbox.LongConnection;

/// <summary><c>POST /callback/ws/endpoint</c>: hands out the address of one connection. Every answer carries <c>data</c>.</summary>
internal sealed class EndpointApi(SandboxOptions options, Tickets tickets, Connections connections, FaultBoard faults, Outages outages, Relay relay)
{
    public const int ServiceId = 33554678;

    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken ct)
    {
        if (outages.Now is Outage.Maintenance maintenance)
        {
            connections.Refused($"The endpoint is under maintenance ({(maintenance.Http503 ? "HTTP 503" : "code 1")}).");
            return maintenance.Http503 ? Results.Text("Service Unavailable", statusCode: StatusCodes.Status503ServiceUnavailable) : Refuse(1, EndpointText(1));
        }

        if (faults.TakeEndpointRefusal() is { } refusal)
        {
            connections.Refused($"The endpoint answered {refusal} (a fault that was asked for).");
            return Refuse(refusal, EndpointText(refusal));
        }

        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (body.Text("AppID") != options.AppId || body.Text("AppSecret") != options.AppSecret)
        {
            connections.Refused("Wrong app id or secret (514).");
            return Refuse(514, "auth failed");
        }

        if (connections.IsFull)
        {
            connections.Refused($"All {connections.Limit} connections are taken (1000040350).");
            return Refuse(1000040350, "the number of connections exceeded the limit");
        }

        return Answer.Body(new JsonObject
        {
            ["code"] = 0,
            ["msg"] = "",
            ["data"] = new JsonObject { ["URL"] = Address(http.Request), ["ClientConfig"] = ClientConfig.From(options) },
        });
    }

    private static string EndpointText(long code) => code switch
    {
        1 => "system busy",
        403 => "forbidden",
        514 => "auth failed",
        1000040343 => "internal error",
        1000040350 => "the number of connections exceeded the limit",
        _ => "refused",
    };

    private static IResult Refuse(long code, string msg) =>
        Answer.Body(new JsonObject { ["code"] = code, ["msg"] = msg, ["data"] = new JsonObject() });

    private string Address(HttpRequest request)
    {
        var ticket = tickets.Issue();
        // The first parameter is a dummy: the Node SDK loses whatever stands first.
        return string.Create(
            CultureInfo.InvariantCulture,
            $"ws://{(relay.InUse ? relay.Address : null) ?? request.Host.Value}/ws/v2?fpid=493&aid=552564&device_id={ticket.DeviceId}&access_key={ticket.AccessKey}&service_id={ServiceId}&ticket={ticket.Value}");
    }
}
