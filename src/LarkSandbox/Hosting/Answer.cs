using System.Text;
using System.Text.Json.Nodes;

namespace LarkSandbox.Hosting;

/// <summary>The platform's answer envelope.</summary>
internal static class Answer
{
    public static IResult Data(JsonNode data, string msg = "success") =>
        Body(new JsonObject { ["code"] = 0, ["msg"] = msg, ["data"] = data });

    public static IResult Error(long code, string msg, int status = StatusCodes.Status400BadRequest) =>
        Body(new JsonObject { ["code"] = code, ["msg"] = msg }, status);

    public static IResult Body(JsonNode body, int status = StatusCodes.Status200OK) =>
        Results.Text(Json.Write(body), "application/json; charset=utf-8", Encoding.UTF8, status);
}
