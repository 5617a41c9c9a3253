using System.Diagnostics;
using System.Net;
using System.Runtime.ExceptionServices;
using LarkService.OnBehalfOf.Idempotency;
using LarkService.Platform.Http;
using LarkService.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LarkService.OnBehalfOf.Proxy;

/// <summary>Takes a call to the platform and its answer back, both piece by piece, and notes what came of it.</summary>
internal sealed class Forwarder(ProxySender sender, CallMetrics metrics, CallAudit audit, TimeProvider clock)
{
    private const int CallerLeft = 499;

    /// <param name="call">What to call.</param>
    /// <param name="body">Null when the caller sends none.</param>
    /// <param name="patience">Ends the wait.</param>
    /// <param name="http">Gets the answer.</param>
    /// <exception cref="ConsentRequiredException">The user has to agree first; nothing was answered yet.</exception>
    /// <exception cref="PlatformException">An administrator must act.</exception>
    /// <exception cref="CallNotMadeException">Nothing could be sent.</exception>
    public async Task<IResult> RunAsync(ProxyRequest call, ProxyBody? body, Patience patience, HttpContext http)
    {
        if (body is { IsSpent: true })
        {
            return ProxyProblems.RepeatRequired(); // the user agreed while it was on its way
        }

        var started = clock.GetTimestamp();
        var (outcome, isAnswered) = (CallOutcomes.Unreachable, false);
        try
        {
            var headers = ProxyHeaders.ToSend(http.Request.Headers);
            var sent = await sender.SendAsync(call.User, call.Target.Scopes, () => Make(call, headers, body), () => body is not { CanRepeat: false }, patience);
            if (sent is not SendOutcome.Answered { Reply: var reply })
            {
                (var problem, outcome) = NotSent(sent, http);
                return problem;
            }

            using (reply)
            {
                if (!call.IsRead && reply.Status >= StatusCodes.Status500InternalServerError)
                {
                    Outcomes.MarkUnknown(http); // whoever says so on the way, the call may have been carried out
                }

                outcome = await HandOnAsync(reply, patience, http);
            }

            isAnswered = true;
            if (outcome is CallOutcomes.BrokenOff or CallOutcomes.CallerLeft && http.Request.Headers.ContainsKey("Idempotency-Key"))
            {
                throw new OperationCanceledException("Half an answer is not kept.");
            }

            return TypedResults.Empty;
        }
        catch (ConsentRequiredException e)
        {
            outcome = CallOutcomes.ConsentRequired;
            throw call.ToAskFor(e);
        }
        catch (PlatformException)
        {
            outcome = CallOutcomes.Refused;
            throw;
        }
        catch (Exception e) when (!isAnswered && IsBroken(e) && patience.CallerLeft)
        {
            outcome = CallOutcomes.CallerLeft;
            http.Response.StatusCode = CallerLeft;
            return TypedResults.Empty;
        }
        catch (Exception e) when (!isAnswered && IsBroken(e) && e is not CallNotMadeException)
        {
            return NotAnswered(call, body, e, http);
        }
        finally
        {
            metrics.Called(call.Api, outcome, clock.GetElapsedTime(started));
            audit.Note(http.User.CallerId(), call.User, call.Label, outcome);
        }
    }

    private static (ProblemHttpResult Problem, string Outcome) NotSent(SendOutcome sent, HttpContext http) => sent switch
    {
        SendOutcome.RepeatRequired => (ProxyProblems.RepeatRequired(), CallOutcomes.RepeatRequired),
        SendOutcome.RateLimited limited => (CallProblems.Limited(limited.Error, http), CallOutcomes.RateLimited),
        _ => throw new UnreachableException(),
    };

    private static HttpRequestMessage Make(ProxyRequest call, List<KeyValuePair<string, string>> headers, ProxyBody? body)
    {
        var request = new HttpRequestMessage(call.Method, ProxyRequest.AddressOf(call.Target.App, call.Path.Path + call.Path.Query))
        {
            Version = HttpVersion.Version11,
            Content = body?.ForRequest() ?? (call.IsRead ? null : new ByteArrayContent([])),
        };
        ProxyHeaders.Put(headers, request);
        return request;
    }

    /// <returns>What came of it. When the answer breaks off, so does the caller's connection: half of it must not look whole.</returns>
    private static async Task<string> HandOnAsync(PlatformReply reply, Patience patience, HttpContext http)
    {
        try
        {
            await reply.CopyToAsync(http.Response);
            return reply.IsRefusal ? CallOutcomes.Refused : CallOutcomes.Ok;
        }
        catch (Exception e) when (IsBroken(e))
        {
            if (!reply.HasBegun)
            {
                http.Response.Clear();
                throw;
            }

            http.Abort();
            return patience.CallerLeft ? CallOutcomes.CallerLeft : CallOutcomes.BrokenOff;
        }
    }

    private static bool IsBroken(Exception e) => e is HttpRequestException or IOException or OperationCanceledException;

    private static ProblemHttpResult NotAnswered(ProxyRequest call, ProxyBody? body, Exception fault, HttpContext http)
    {
        if (body?.CallerFault is BadHttpRequestException bad)
        {
            if (bad.StatusCode == StatusCodes.Status413PayloadTooLarge)
            {
                return ProxyProblems.TooLarge();
            }

            ExceptionDispatchInfo.Throw(bad); // the edge knows what to say
        }

        var mayBeDone = !call.IsRead && !(fault is HttpRequestException lost && lost.WasNeverSent());
        if (mayBeDone)
        {
            Outcomes.MarkUnknown(http);
        }

        return Problems.PlatformUnavailable(mayBeDone);
    }
}
