using System.Collections.Concurrent;
using LarkSandbox.Hosting;

namespace LarkSandbox.Access;

/// <summary>How often which API was let in, and with whose token: a test sees on whose behalf was called, and that it was once.</summary>
internal sealed class CallCounts(ChangeSignal changes)
{
    private const int MostKeys = 20_000;

    private readonly ConcurrentDictionary<(string Api, string? OpenId), long> _counts = new();

    public IReadOnlyList<CallCount> All => [.. _counts.Select(c => new CallCount(c.Key.Api, c.Key.OpenId, c.Value)).OrderBy(c => c.Api, StringComparer.Ordinal)];

    /// <summary>Calls let in, of all callers.</summary>
    /// <param name="api">As documented: <c>POST /open-apis/im/v1/messages</c>, with <c>:names</c> in the place of ids.</param>
    public long Of(string api) => _counts.Where(c => c.Key.Api == api).Sum(c => c.Value);

    /// <summary>Calls let in with this person's token; null = with the app's own.</summary>
    public long Of(string api, string? openId) => _counts.GetValueOrDefault((api, openId));

    public void Add(ApiRule rule, Caller caller)
    {
        if (_counts.Count >= MostKeys)
        {
            _counts.Clear();
        }

        _counts.AddOrUpdate((rule.Name, caller.OpenId), 1, static (_, count) => count + 1);
        changes.Notify();
    }
}
