using LarkService.Platform;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace LarkService.Accounts.SignIn;

/// <summary>
/// Hashes passwords with ASP.NET Core Identity (PBKDF2 with HMAC-SHA512). That takes a processor a tenth of a second, on purpose, so
/// only as many go at once as there are processors, and who finds no place soon is told to come again.
/// </summary>
internal sealed class Passwords(TimeProvider clock) : IDisposable
{
    private const int Iterations = 210_000; // as OWASP has it for this function
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly PasswordHasher<string> _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly SemaphoreSlim _places = new(Environment.ProcessorCount);
    private readonly Lazy<string> _nobodys = new(() => new PasswordHasher<string>(Options.Create(new PasswordHasherOptions { IterationCount = Iterations })).HashPassword("", RandomIds.Create(256)));

    /// <returns>Null when too many others want the same.</returns>
    public async Task<string?> HashAsync(Secret password, CancellationToken ct)
    {
        using var place = await TakePlaceAsync(ct);
        return place is null ? null : _hasher.HashPassword("", password.Reveal());
    }

    /// <param name="hash">Null when nobody has this name: as much work, and never right.</param>
    /// <param name="password">What was given.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Null when too many others want the same.</returns>
    public async Task<bool?> IsRightAsync(string? hash, Secret password, CancellationToken ct)
    {
        using var place = await TakePlaceAsync(ct);
        return place is null ? null
            : _hasher.VerifyHashedPassword("", hash ?? _nobodys.Value, password.Reveal()) != PasswordVerificationResult.Failed && hash is not null;
    }

    public void Dispose() => _places.Dispose();

    private async Task<Place?> TakePlaceAsync(CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            await _places.WaitAsync(either.Token);
            return new Place(_places);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
