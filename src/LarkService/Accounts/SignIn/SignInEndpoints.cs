using LarkService.Accounts.Limits;
using LarkService.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LarkService.Accounts.SignIn;

/// <summary>Routes under <c>/api/v1/auth</c>.</summary>
internal static class SignInEndpoints
{
    private const string WrongPassword = "The e-mail address or the password is wrong, or the account is disabled.";
    private const string UsedUp = "This refresh token is unknown, was used before, or has expired. Sign in with POST /api/v1/auth/login.";

    public static RouteGroupBuilder MapSignIn(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/v1/auth").WithTags("Accounts").WithMetadata(NoIdempotencyKey.Here);
        auth.MapPost("/register", RegisterAsync).AddEndpointFilter<RouteHandlerBuilder, AccountsAsTheyAre>();
        auth.MapPost("/login", SignInAsync);
        auth.MapPost("/refresh", RefreshAsync);
        auth.AddEndpointFilter(OnlyWithSigningKeyAsync);
        return auth;
    }

    private static async Task<Results<Created<TokenPair>, ProblemHttpResult>> RegisterAsync(
        Credentials wanted, SignIns signIns, IOptions<ApiOptions> options, HttpContext http, CancellationToken ct)
    {
        var managed = http.User.HasClaim(Caller.PermissionClaim, Permissions.AccountsManage);
        if (!managed && !options.Value.AllowRegistration)
        {
            return Problems.NotAllowed("Nobody registers by themselves here: Api__AllowRegistration is false. Whoever has the permission 'accounts.manage' can make the account, with this same call.");
        }

        if (wanted.FaultOfNew() is { } fault)
        {
            return Problems.Validation(fault);
        }

        if (PermissionList.FirstLacking(http.User, wanted.Permissions ?? []) is { } lacking)
        {
            return Problems.NotAllowed(managed
                ? $"Nobody gives a permission they do not have themselves: you lack '{lacking}'."
                : "Who registers by themselves may do nothing at first: leave out permissions. Whoever has the permission 'accounts.manage' gives some.");
        }

        var outcome = managed
            ? await signIns.RegisterAsync(wanted, http.User.CallerId(), ct)
            : await TryAsync(signIns, http, () => signIns.RegisterAsync(wanted, AccountStore.Self, ct), ct);
        return outcome is SignInOutcome.Welcome welcome ? TypedResults.Created((string?)null, Private(http, welcome)) : Problem(outcome, http);
    }

    private static async Task<Results<Ok<TokenPair>, ProblemHttpResult>> SignInAsync(Credentials credentials, SignIns signIns, HttpContext http, CancellationToken ct)
    {
        if (credentials.Fault() is { } fault)
        {
            return Problems.Validation(fault);
        }

        var outcome = await TryAsync(signIns, http, () => signIns.SignInAsync(credentials, ClientAddress.Of(http), ct), ct);
        return outcome is SignInOutcome.Welcome welcome ? TypedResults.Ok(Private(http, welcome)) : Problem(outcome, http);
    }

    private static async Task<Results<Ok<TokenPair>, ProblemHttpResult>> RefreshAsync(RefreshRequest request, SignIns signIns, HttpContext http, CancellationToken ct)
    {
        if (request.RefreshToken is not { IsEmpty: false } token || token.Reveal().Length > Credentials.LongestPassword)
        {
            return Problems.Validation("refreshToken is missing: give the one of the answer before.");
        }

        return await signIns.RefreshAsync(token, ct) is SignInOutcome.Welcome welcome ? TypedResults.Ok(Private(http, welcome)) : Problems.Unauthenticated(UsedUp);
    }

    private static async Task<SignInOutcome> TryAsync(SignIns signIns, HttpContext http, Func<Task<SignInOutcome>> work, CancellationToken ct)
    {
        var turn = await signIns.TryFromAsync(ClientAddress.Of(http), ct);
        LimitHeaders.Write(http.Response.Headers, SignInTries.Most, turn.Left, turn.Wait, SignInTries.Window);
        if (!turn.IsFree)
        {
            return new SignInOutcome.TooOftenFrom(turn.Wait);
        }

        var outcome = await work();
        if (outcome is SignInOutcome.Busy)
        {
            await signIns.GiveBackAsync(turn, ct);
        }

        return outcome;
    }

    private static ProblemHttpResult Problem(SignInOutcome outcome, HttpContext http) => outcome switch
    {
        SignInOutcome.TooOftenFrom often => Problems.RateLimited("Too many tries from this address: 5 in 15 minutes are let through.", often.Wait, http),
        SignInOutcome.TooOften often => Problems.RateLimited("Too many failed tries with this e-mail address: after 5 in 15 minutes one in 30 seconds is let through.", often.Wait, http),
        SignInOutcome.Taken => Problems.Validation("email: there is an account with this address. Sign in with POST /api/v1/auth/login."),
        SignInOutcome.Busy => Problems.RateLimited("Too many people sign in at this moment.", TimeSpan.FromSeconds(1), http),
        _ => Problems.Unauthenticated(WrongPassword),
    };

    private static TokenPair Private(HttpContext http, SignInOutcome.Welcome welcome)
    {
        http.Response.Headers.CacheControl = "no-store";
        return welcome.Tokens;
    }

    private static async ValueTask<object?> OnlyWithSigningKeyAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.RequestServices.GetRequiredService<AccessTokens>().AreConfigured
            ? await next(context)
            : Problems.NotAllowed("Accounts are not in use here: Api__JwtSigningKey is not set. Call with an API key, or have an operator set it (openssl rand -base64 48).");
}
