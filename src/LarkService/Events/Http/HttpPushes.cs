using System.Text.Json;
using LarkService.LongConnection;
using LarkService.Platform;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.Features;

namespace LarkService.Events.Http;

/// <summary>
/// Takes what the platform pushes over HTTP to where everything else it pushes goes. It works beside the long connection,
/// whatever state that is in. Nothing that is refused goes any further than here.
/// </summary>
internal sealed partial class HttpPushes(
    LarkApps apps, PushGuard guard, BodyReader bodies, IPayloadSink sink, HttpPushMetrics metrics, RareLog rare, TimeProvider clock, ILogger<HttpPushes> logger)
{
    private const string NoApp = "";
    private static readonly byte[] Success = """{"msg":"success"}"""u8.ToArray();
    private static readonly byte[] NothingToSay = "{}"u8.ToArray();

    public async Task<IResult> TakeAsync(string appId, HttpContext http)
    {
        var receivedAt = clock.GetTimestamp();
        LiftSizeLimit(http);
        if (appId.Length == 0 || apps.Find(appId) is not { ReceivesOverHttp: true } app)
        {
            return Refuse(NoApp, HttpPushOutcome.UnknownApp, http);
        }

        if (!http.Request.HasJsonContentType())
        {
            return Refuse(app.AppId, HttpPushOutcome.NotDeclaredJson, http);
        }

        if (guard.CheckHead(app, http.Request.Headers, out var head) is { } early)
        {
            return Refuse(app.AppId, early, http);
        }

        return await bodies.ReadAsync(http.Request, guard.MaxBytes(app, head)) switch
        {
            BodyOutcome.Complete body => await ReceiveAsync(app, head, body.Bytes, receivedAt, http),
            BodyOutcome.Refused refused => Refuse(app.AppId, refused.Why, http),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    private async Task<IResult> ReceiveAsync(LarkApp app, PushHead? head, ReadOnlyMemory<byte> body, long receivedAt, HttpContext http)
    {
        switch (guard.Check(app, head, body))
        {
            case GuardVerdict.Challenge challenge:
                metrics.Count(app.AppId, HttpPushOutcome.Verified);
                Log.Verified(logger, app.AppId);
                return Json(JsonSerializer.SerializeToUtf8Bytes(new { challenge = challenge.Text }, WireJson.Options));
            case GuardVerdict.Refused refused:
                return Refuse(app.AppId, refused.Why, http);
            case GuardVerdict.Genuine genuine:
                // Not ended by the sender's going away: what is proven genuine is stored all the same. The sink has its own limits.
                var answer = await AskSinkAsync(new(app.AppId, http.TraceIdentifier, genuine.Json, receivedAt));
                FollowUp(answer, receivedAt, http);
                return Answer(app, head, answer, http);
            case var other:
                throw new InvalidOperationException($"Unknown verdict {other}.");
        }
    }

    private async Task<PayloadAnswer> AskSinkAsync(LarkPayload payload)
    {
        try
        {
            return await sink.ReceiveAsync(payload, CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.SinkFailed(logger, payload.AppId, payload.Json.Length, e);
            return new PayloadAnswer.Failed();
        }
    }

    private IResult Answer(LarkApp app, PushHead? head, PayloadAnswer answer, HttpContext http)
    {
        switch (answer)
        {
            case PayloadAnswer.Ok { Kind: PayloadKind.Callback } callback:
                metrics.Count(app.AppId, HttpPushOutcome.Answered);
                return Json(callback.Data ?? NothingToSay);
            case PayloadAnswer.Ok:
                metrics.Count(app.AppId, HttpPushOutcome.Taken);
                return Json(Success);
            case PayloadAnswer.Failed { Refusal: { } word }:
                return Refuse(app.AppId, OutcomeOf(word), http);
            default:
                guard.Forget(app, head);
                return Refuse(app.AppId, HttpPushOutcome.NotStored, http);
        }
    }

    // Once the answer is out, or cannot be sent any more: what follows may change the very card the answer is about.
    private void FollowUp(PayloadAnswer answer, long receivedAt, HttpContext http) => http.Response.OnCompleted(() =>
    {
        if (answer is PayloadAnswer.Ok)
        {
            metrics.Took(answer.Kind, clock.GetElapsedTime(receivedAt));
        }

        answer.Afterwards?.Invoke();
        return Task.CompletedTask;
    });

    private IResult Refuse(string appId, HttpPushOutcome why, HttpContext http)
    {
        metrics.Count(appId, why);
        if (rare.Allows($"http:{appId}:{why}"))
        {
            Log.Refused(logger, appId, why);
        }

        return PushProblems.Of(why, http);
    }

    private static HttpPushOutcome OutcomeOf(string refusal) => refusal switch
    {
        "wrong_app" => HttpPushOutcome.WrongApp,
        "wrong_tenant" => HttpPushOutcome.WrongTenant,
        _ => HttpPushOutcome.Undecodable,
    };

    private static IResult Json(ReadOnlyMemory<byte> body) => Results.Bytes(body, "application/json; charset=utf-8");

    // The reader has its own. With the server's on top, a body that is too large would cost the connection, and with it the
    // answer that says so.
    private static void LiftSizeLimit(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The platform checked the HTTP callback address of {AppId}, and it was right")]
        public static partial void Verified(ILogger logger, string appId);

        [LoggerMessage(2, LogLevel.Warning, "A push over HTTP to app '{AppId}' was refused: {Why}. More of this kind are counted and logged once an hour")]
        public static partial void Refused(ILogger logger, string appId, HttpPushOutcome why);

        [LoggerMessage(3, LogLevel.Error, "A push over HTTP to {AppId} ({Size} bytes) could not be taken")]
        public static partial void SinkFailed(ILogger logger, string appId, int size, Exception e);
    }
}
