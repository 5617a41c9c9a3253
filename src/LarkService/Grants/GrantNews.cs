using System.Collections.Concurrent;
using LarkService.Data.News;
using LarkService.Platform;

namespace LarkService.Grants;

/// <summary>
/// A grant was changed, here or by another replica: memory forgets it, and whoever waits for the change looks again. On
/// PostgreSQL a trigger tells of every change of tokens or status when it commits.
/// </summary>
internal sealed class GrantNews(TokenCache cache) : INewsSubscriber
{
    private readonly ConcurrentDictionary<UserKey, TaskCompletionSource> _awaited = [];

    public string Channel => "lark_grants";

    /// <summary>Ends with the next news of this user. Ask before looking, so that nothing comes between; <see cref="Enough"/> afterwards.</summary>
    public Task NextAsync(UserKey user) => _awaited.GetOrAdd(user, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Nobody waits for this user any more.</summary>
    public void Enough(UserKey user) => _awaited.TryRemove(user, out _);

    public void Changed(UserKey user)
    {
        cache.Forget(user);
        if (_awaited.TryRemove(user, out var awaited))
        {
            awaited.TrySetResult();
        }
    }

    public void Heard(string payload)
    {
        if (payload.Split('/', 2) is [var app, var openId])
        {
            Changed(new UserKey(app, openId));
        }
    }

    public void MissedSome()
    {
        cache.ForgetAll();
        foreach (var (user, _) in _awaited)
        {
            Changed(user);
        }
    }
}
