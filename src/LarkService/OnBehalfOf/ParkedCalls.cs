using System.Text.Json;
using LarkService.Data;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;

namespace LarkService.OnBehalfOf;

/// <inheritdoc cref="IParkedCalls"/>
internal sealed class ParkedCalls(Database database, TokenSeal seal, ParkedCallSignal signal, TimeProvider clock) : IParkedCalls
{
    public async Task RunOrParkAsync(NewCall work, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var row = new ParkedCall
        {
            Id = work.Id,
            Kind = work.Kind,
            AppId = work.User.AppId,
            OpenId = work.User.OpenId,
            State = ParkedCallState.Running,
            SealedPayload = seal.Seal(new Secret(work.Payload), work.User, SealPurpose.ParkedCall(work.Id)),
            Scopes = work.Scopes,
            Place = JsonSerializer.Serialize(work.Place),
            DueAt = now,
            CreatedAt = now,
        };
        if (await KeepAsync(row, ct))
        {
            signal.Wake();
        }
    }

    /// <returns>False when it was kept before, and is on its way already.</returns>
    public Task<bool> KeepAsync(ParkedCall row, CancellationToken ct) => database.WriteAsync(db => KeepAsync(db, row, ct), ct);

    /// <summary>The session has ended: what waited for it goes on, or is given up.</summary>
    public async Task ReleaseAsync(string sessionId, ConsentState state, CancellationToken ct)
    {
        var giveUpAs = state switch
        {
            ConsentState.Pending => throw new ArgumentOutOfRangeException(nameof(state)),
            ConsentState.Granted or ConsentState.Superseded => null,
            ConsentState.Declined => nameof(ParkedCallEnd.Declined),
            ConsentState.Failed => nameof(ParkedCallEnd.Failed),
            _ => nameof(ParkedCallEnd.Expired),
        };
        var now = clock.GetUtcNow();
        var round = state == ConsentState.Granted ? 1 : 0;
        var released = await database.WriteAsync(db => db.Set<ParkedCall>()
            .Where(c => c.SessionId == sessionId && c.State == ParkedCallState.WaitingForUser)
            .ExecuteUpdateAsync(u => u
                .SetProperty(c => c.State, ParkedCallState.Running)
                .SetProperty(c => c.GiveUpAs, giveUpAs)
                .SetProperty(c => c.Attempts, 0)
                .SetProperty(c => c.Rounds, c => c.Rounds + round)
                .SetProperty(c => c.DueAt, now), ct), ct);
        if (released > 0)
        {
            signal.Wake();
        }
    }

    /// <summary>The user agreed to something: what was held back because they were asked too often need not wait any longer.</summary>
    public async Task HurryAsync(UserKey user, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var hurried = await database.WriteAsync(db => db.Set<ParkedCall>()
            .Where(c => c.AppId == user.AppId && c.OpenId == user.OpenId && c.State == ParkedCallState.Running && c.HeldBack)
            .ExecuteUpdateAsync(u => u.SetProperty(c => c.DueAt, now).SetProperty(c => c.HeldBack, false), ct), ct);
        if (hurried > 0)
        {
            signal.Wake();
        }
    }

    /// <summary>The user's grant was taken back: what waited or was due ends for that reason. What is in work at this moment ends with it, unless it succeeds.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="at">When; what came later is a wish of its own.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task GiveUpAsync(UserKey user, DateTimeOffset at, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var givenUp = await database.WriteAsync(db => db.Set<ParkedCall>()
            .Where(c => c.AppId == user.AppId && c.OpenId == user.OpenId && c.CreatedAt <= at && c.GiveUpAs == null
                && (c.State == ParkedCallState.WaitingForUser || c.State == ParkedCallState.Running))
            .ExecuteUpdateAsync(u => u
                .SetProperty(c => c.GiveUpAs, nameof(ParkedCallEnd.Revoked))
                .SetProperty(c => c.DueAt, c => c.LeaseOwner == null ? now : c.DueAt)
                .SetProperty(c => c.Attempts, 0)
                .SetProperty(c => c.HeldBack, false)
                .SetProperty(c => c.State, ParkedCallState.Running), ct), ct);
        if (givenUp > 0)
        {
            signal.Wake();
        }
    }

    public Task<bool> IsGivenUpAsync(string id, CancellationToken ct) => database.RunAsync(db => db.Set<ParkedCall>().AnyAsync(c => c.Id == id && c.GiveUpAs != null, ct));

    private static async Task<bool> KeepAsync(LarkDbContext db, ParkedCall row, CancellationToken ct)
    {
        db.Add(row);
        try
        {
            await db.SaveChangesAsync(ct);
            return true;
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();
            if (await db.Set<ParkedCall>().AnyAsync(c => c.Id == row.Id, ct))
            {
                return false;
            }

            throw;
        }
    }
}
