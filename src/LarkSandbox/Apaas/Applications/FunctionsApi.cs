using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.Apaas.Applications;

/// <summary><c>POST /open-apis/apaas/v1/applications/:namespace/functions/:function_api_name/invoke</c>: parameters and result are JSON in strings.</summary>
internal sealed class FunctionsApi(DemoFunctions functions, ApplicationCalls calls)
{
    public async Task<IResult> InvokeAsync(HttpContext http, string application, string name, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return ApaasAnswer.Of(() =>
        {
            Application.Demand(application);
            var parameters = body?["params"] is null ? [] : ApaasBody.Record(body, "params");
            calls.Add(name, Json.Write(parameters));
            return new JsonObject { ["result"] = Json.Write(functions.Run(name, parameters)) };
        });
    }
}
