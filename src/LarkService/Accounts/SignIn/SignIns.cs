using LarkService.Accounts.Limits;
using LarkService.Platform;

namespace LarkService.Accounts.SignIn;

/// <summary>Lets people in. What it says to a stranger is the same whether there is such an account or not, and takes as long.</summary>
internal sealed class SignIns(AccountStore accounts, Passwords passwords, SignInTries tries, FailedSignIns failed, RefreshTokens refreshTokens, AccessTokens accessTokens)
{
    /// <summary>One try from one address, to sign in or to register.</summary>
    public Task<TryVerdict> TryFromAsync(ClientAddress from, CancellationToken ct) => tries.TakeFromAsync(from, ct);

    /// <summary>It ended as <see cref="SignInOutcome.Busy"/>, so it was none.</summary>
    public Task GiveBackAsync(TryVerdict turn, CancellationToken ct) => tries.GiveBackAsync(turn, ct);

    public async Task<SignInOutcome> SignInAsync(Credentials credentials, ClientAddress from, CancellationToken ct)
    {
        var account = await accounts.FindAsync(credentials.Name, ct);
        var turn = await tries.TakeForAsync(credentials.Name, ct);
        if (!turn.IsFree)
        {
            failed.Note(account, "locked_out", from.Text);
            return new SignInOutcome.TooOften(turn.Wait);
        }

        if (await passwords.IsRightAsync(account?.PasswordHash, credentials.Password!, ct) is not { } isRight)
        {
            await tries.GiveBackAsync(turn, ct);
            return new SignInOutcome.Busy();
        }

        if (!isRight || account is not { DisabledAt: null })
        {
            failed.Note(account, isRight ? "disabled" : "wrong_password", from.Text);
            return new SignInOutcome.Refused();
        }

        if (await accounts.SignInAsync(account, from.Text, ct) is not { } token)
        {
            failed.Note(account, "changed_meanwhile", from.Text);
            return new SignInOutcome.Refused();
        }

        await tries.ForgetAsync(credentials.Name, ct);
        return new SignInOutcome.Welcome(Pair(account, token));
    }

    /// <summary>Makes an account.</summary>
    /// <param name="wanted">Its form was looked at.</param>
    /// <param name="by">The caller, or <see cref="AccountStore.Self"/>.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<SignInOutcome> RegisterAsync(Credentials wanted, string by, CancellationToken ct)
    {
        if (await passwords.HashAsync(wanted.Password!, ct) is not { } hash)
        {
            return new SignInOutcome.Busy();
        }

        return await accounts.AddAsync(wanted.Name, hash, wanted.Permissions ?? [], by, ct) is (var account, var token)
            ? new SignInOutcome.Welcome(Pair(account, token))
            : new SignInOutcome.Taken();
    }

    public async Task<SignInOutcome> RefreshAsync(Secret token, CancellationToken ct) => await refreshTokens.SpendAsync(token, ct) is (var account, var next)
        ? new SignInOutcome.Welcome(Pair(account, next))
        : new SignInOutcome.Refused();

    private TokenPair Pair(Account account, Secret refreshToken) => new(
        accessTokens.Issue(account.Id, PermissionList.Read(account.Permissions)).Reveal(), (int)AccessTokens.Lifetime.TotalSeconds, refreshToken.Reveal());
}

/// <summary>How it ended.</summary>
internal abstract record SignInOutcome
{
    public sealed record Welcome(TokenPair Tokens) : SignInOutcome;

    /// <summary>Wrong name or password, or disabled; a refresh token that is good for nothing.</summary>
    public sealed record Refused : SignInOutcome;

    /// <param name="Wait">Until the next try from this address.</param>
    public sealed record TooOftenFrom(TimeSpan Wait) : SignInOutcome;

    /// <param name="Wait">Until the next try under this name.</param>
    public sealed record TooOften(TimeSpan Wait) : SignInOutcome;

    /// <summary>There is an account with this address.</summary>
    public sealed record Taken : SignInOutcome;

    /// <summary>Too many sign in at this moment.</summary>
    public sealed record Busy : SignInOutcome;
}
