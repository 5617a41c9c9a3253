using System.Collections.Concurrent;
using LarkSandbox.Chat;

namespace LarkSandbox.Contacts;

/// <summary>What has changed in the company's directory since the simulator started: new names, people frozen, people out of the app's range.</summary>
internal sealed class ContactBook(TenantDirectory directory)
{
    private readonly ConcurrentDictionary<string, ContactEntry> _changes = [];
    private int _calls;

    /// <summary>How often the app has looked in.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public void CountCall() => Interlocked.Increment(ref _calls);

    /// <summary>Somebody's entry from now on.</summary>
    public void Change(string openId, Func<ContactEntry, ContactEntry> change) => _changes.AddOrUpdate(openId, id => change(Original(id)), (_, entry) => change(entry));

    /// <returns>Null when nobody has this id.</returns>
    public ContactEntry? Find(string openId) => directory.Find(openId) is null ? null : _changes.GetValueOrDefault(openId) ?? Original(openId);

    private ContactEntry Original(string openId)
    {
        var user = directory.Find(openId) ?? throw new ArgumentException($"No such person: {openId}", nameof(openId));
        return new ContactEntry(user.Name, user.EnName, user.Email, "+8613000000000");
    }
}

/// <summary>Somebody in the directory.</summary>
internal sealed record ContactEntry(string Name, string EnName, string Email, string Mobile)
{
    public bool IsFrozen { get; init; }

    /// <summary>The app may not see them: they are left out of answers.</summary>
    public bool IsOutOfRange { get; init; }
}
