using LarkSandbox.Wire;

namespace LarkSandbox.Faults;

/// <summary>Carries out planned faults on calls to the platform.</summary>
internal sealed class FaultInjector(RequestDelegate next, FaultBoard faults, Outages outages, TimeProvider clock)
{
    /// <summary>Marks a request that was carried out but never answered.</summary>
    public const string AnswerLost = "sandbox.answer-lost";

    public async Task InvokeAsync(HttpContext http)
    {
        if (!HttpKinds.IsPlatform(http.Request.Path))
        {
            await next(http);
            return;
        }

        if (outages.IsRestarting)
        {
            // The page lives on the same port, so the server cannot stop listening; whoever calls gets no answer instead.
            http.Items[AnswerLost] = true;
            http.Abort();
            return;
        }

        var path = http.Request.Path.Value!;
        if (faults.Take<PlannedFault.Delay>(path) is { } delay)
        {
            await Task.Delay(delay.Span, clock, http.RequestAborted);
        }

        if (faults.Take<PlannedFault.Fail>(path) is { } fail)
        {
            http.Response.StatusCode = fail.Status;
            http.Response.ContentType = "application/json; charset=utf-8";
            await http.Response.WriteAsync(fail.Body, http.RequestAborted);
            return;
        }

        if (faults.Take<PlannedFault.LoseAnswer>(path) is null)
        {
            await next(http);
            return;
        }

        http.Response.Body = Stream.Null;
        await next(http);
        http.Items[AnswerLost] = true;
        http.Abort();
    }
}
