using System.Diagnostics;
using LarkService.Data;
using LarkService.Platform.Configuration;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Diagnostics;

namespace LarkService.Hosting;

/// <summary>What every request passes: errors as problem documents, Razor Pages, nothing that tells of our insides.</summary>
internal static partial class HttpEdge
{
    public static IServiceCollection AddHttpEdge(this IServiceCollection services)
    {
        services.AddCheck(ListeningAddress.Faults);
        services.AddProblemDetails(o => o.CustomizeProblemDetails = context =>
            context.ProblemDetails.Extensions["traceId"] = Activity.Current?.TraceId.ToString()); // as the log has it
        services.AddExceptionHandler<AsProblem>();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(30));
        services.AddRazorPages(o => o.RootDirectory = "/"); // pages lie with their features
        DropKeyRing(services);
        return services;
    }

    // Nothing here is protected by ASP.NET's keys: no cookie, no form. Their start-up would write a key file into the user's home.
    private static void DropKeyRing(IServiceCollection services)
    {
        foreach (var descriptor in services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Name == "DataProtectionHostedService").ToList())
        {
            services.Remove(descriptor);
        }
    }

    public static void UseHttpEdge(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseWhen(http => http.GetEndpoint()?.Metadata.GetMetadata<HandedOn>() is null, UseWords);
    }

    private static void UseWords(IApplicationBuilder app) => app.UseStatusCodePages(context => context.HttpContext.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => Problems.NotFound("There is no such route.").ExecuteAsync(context.HttpContext),

            // Kestrel stops a body while it is read; the framework then answers with the bare status.
            StatusCodes.Status413PayloadTooLarge => TooLarge().ExecuteAsync(context.HttpContext),
            StatusCodes.Status405MethodNotAllowed => WrongMethod(context.HttpContext),
            StatusCodes.Status415UnsupportedMediaType => Problems.Validation(BadRequestWords.NotJson).ExecuteAsync(context.HttpContext),
            _ => Task.CompletedTask,
        });

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult TooLarge() =>
        Problems.Of("payload-too-large", StatusCodes.Status413PayloadTooLarge, "The request is too large", "The body may have at most 1 MB.");

    private static Task WrongMethod(HttpContext http)
    {
        var instead = http.Response.Headers.Allow is { Count: > 0 } allowed ? $" It takes {allowed}." : "";
        return Problems.Of("validation", StatusCodes.Status405MethodNotAllowed, "The request is not valid", $"This route does not take this method.{instead}").ExecuteAsync(http);
    }

    private sealed partial class AsProblem(ILogger<AsProblem> logger) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            var problem = exception is BadHttpRequestException bad ? ForBadRequest(bad) : null;
            if (problem is null && DatabaseAway.Is(exception))
            {
                Log.DatabaseAway(logger, httpContext.Request.Method, httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.DisplayName, exception.GetBaseException().GetType().Name);
                problem = Problems.ServiceUnavailable(httpContext);
            }

            if (problem is null)
            {
                Log.Unexpected(logger, httpContext.Request.Method, httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.DisplayName, exception);
                problem = Problems.Of("internal", StatusCodes.Status500InternalServerError, "Something went wrong here", "It is not your request's fault. The traceId finds it in the log.");
            }

            await problem.ExecuteAsync(httpContext);
            return true;
        }

        private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult ForBadRequest(BadHttpRequestException bad) =>
            bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? TooLarge()
                : Problems.Validation(BadRequestWords.Of(bad));

        private static partial class Log
        {
            [LoggerMessage(1, LogLevel.Error, "{Method} {Endpoint} failed unexpectedly")]
            public static partial void Unexpected(ILogger logger, string method, string? endpoint, Exception e);

            [LoggerMessage(2, LogLevel.Warning, "{Method} {Endpoint}: the database does not answer ({Reason})")]
            public static partial void DatabaseAway(ILogger logger, string method, string? endpoint, string reason);
        }
    }
}
