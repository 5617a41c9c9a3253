namespace LarkService.Hosting.OpenApi.Routes;

/// <summary>Of <c>Accounts/SignIn</c>.</summary>
internal static class AccountRoutes
{
    private const string Path = "/api/v1/accounts";
    private const string Id = """{"description": "The account's id.", "example": "0199a6f4-7d20-7c11-8e3f-6a5b4c3d2e1f"}""";
    private const string Tokens = """{"accessToken": "eyJ…", "expiresIn": 900, "refreshToken": "lkr_…"}""";

    private const string Account = """
        {
          "id": "0199a6f4-7d20-7c11-8e3f-6a5b4c3d2e1f", "email": "ada@example.com", "permissions": ["keys.manage", "accounts.manage"], "disabled": false,
          "createdAt": "2026-11-22T09:47:50.937+00:00", "createdBy": "bootstrap", "lastSignedInAt": null
        }
        """;

    public static RouteDoc[] All { get; } =
    [
        new("POST", "/api/v1/auth/register", "register", "Make an account")
        {
            Says = "With the permission `accounts.manage` always; by oneself only with `Api__AllowRegistration`, and then without permissions. Accounts need `Api__JwtSigningKey`.",
            TakesKey = true,
            Requests = [("ada", """{"email": "ada@example.com", "password": "correct horse battery", "permissions": ["keys.manage", "accounts.manage"]}""")],
            Answers = [AnswerDoc.With(201, "The account is there, and signed in.", Tokens)],
            Problems = ["unauthenticated", "permission-denied"],
        },
        new("POST", "/api/v1/auth/login", "login", "Sign in")
        {
            Says = "Five tries in 15 minutes: from one address, and with one e-mail address.",
            Requests = [("ada", """{"email": "ada@example.com", "password": "correct horse battery"}""")],
            Answers = [AnswerDoc.With(200, "Call with the access token, for `expiresIn` seconds.", Tokens)],
            Problems = ["unauthenticated", "permission-denied"],
        },
        new("POST", "/api/v1/auth/refresh", "refreshTokens", "The next pair of tokens")
        {
            Says = "A refresh token works once. One that comes a second time ends all that followed from that sign-in.",
            Requests = [("next", """{"refreshToken": "lkr_…"}""")],
            Answers = [AnswerDoc.With(200, "The next pair.", Tokens)],
            Problems = ["unauthenticated", "permission-denied"],
        },
        new("GET", Path, "listAccounts", "The accounts, the oldest first")
        {
            Answers = [AnswerDoc.With(200, "One page.", $$"""{"items": [{{Account}}], "nextCursor": null}""")],
        },
        new("GET", Path + "/{id}", "getAccount", "One account")
        {
            Answers = [AnswerDoc.With(200, "The account.", Account)],
            Problems = ["not-found"],
            Parameters = { ["id"] = Id },
        },
        new("PATCH", Path + "/{id}", "updateAccount", "Change an account")
        {
            Says = "What is named is changed. A new password, or disabling, ends every refresh token.",
            Requests = [("disable", """{"disabled": true}"""), ("permissions", """{"permissions": ["calls.execute"]}""")],
            Answers = [AnswerDoc.With(200, "The account as it is now.", Account)],
            Problems = ["not-found"],
            Parameters = { ["id"] = Id },
        },
        new("DELETE", Path + "/{id}", "deleteAccount", "Delete an account")
        {
            Answers = [new AnswerDoc(204, "It is gone.")],
            Problems = ["not-found"],
            Parameters = { ["id"] = Id },
        },
    ];
}
