using LarkService.Data;
using LarkService.Grants.Sealing;
using LarkService.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace LarkService.Grants.Upkeep;

/// <summary>
/// Writes what the directory says over what we know, where it says something and something else. Only columns that change are
/// written, and the generation stays: no token changes.
/// </summary>
internal sealed class ContactUpdate(Database database, TokenSeal seal)
{
    /// <returns>False when there is nothing new, or the user has agreed anew meanwhile, which brought everything.</returns>
    public async Task<bool> ApplyAsync(UserGrant grant, Contact contact, CancellationToken ct)
    {
        var changes = Changes(grant, contact);
        return changes.Count > 0 && await database.RunAsync(db => db.Set<UserGrant>()
            .Where(g => g.Id == grant.Id && g.Status == GrantStatus.Active && g.GrantedAt == grant.GrantedAt)
            .ExecuteUpdateAsync(u => changes.ForEach(change => change(u)), ct)) == 1;
    }

    private List<Action<UpdateSettersBuilder<UserGrant>>> Changes(UserGrant grant, Contact contact)
    {
        List<Action<UpdateSettersBuilder<UserGrant>>> changes = [];
        AddIf(IsNew(contact.Name, grant.Name), u => u.SetProperty(g => g.Name, contact.Name));
        AddIf(IsNew(contact.EnName, grant.EnName), u => u.SetProperty(g => g.EnName, contact.EnName));
        AddIf(IsNew(contact.AvatarUrl, grant.AvatarUrl), u => u.SetProperty(g => g.AvatarUrl, contact.AvatarUrl));
        AddIf(IsNew(contact.UserId, grant.UserId), u => u.SetProperty(g => g.UserId, contact.UserId));
        AddIf(IsNew(contact.UnionId, grant.UnionId), u => u.SetProperty(g => g.UnionId, contact.UnionId));
        if (Sealed(contact.Email, grant.SealedEmail, grant.Key, SealPurpose.Email) is { } email)
        {
            changes.Add(u => u.SetProperty(g => g.SealedEmail, email));
        }

        if (Sealed(contact.Mobile, grant.SealedMobile, grant.Key, SealPurpose.Mobile) is { } mobile)
        {
            changes.Add(u => u.SetProperty(g => g.SealedMobile, mobile));
        }

        return changes;

        void AddIf(bool isNew, Action<UpdateSettersBuilder<UserGrant>> change)
        {
            if (isNew)
            {
                changes.Add(change);
            }
        }
    }

    private static bool IsNew(string? says, string? known) => !string.IsNullOrEmpty(says) && says != known;

    /// <returns>Null when there is nothing new.</returns>
    private string? Sealed(string? says, string? known, UserKey user, string purpose) =>
        IsNew(says, known is null ? null : seal.Open(known, user, purpose).Reveal()) ? seal.Seal(new Secret(says!), user, purpose) : null;
}
