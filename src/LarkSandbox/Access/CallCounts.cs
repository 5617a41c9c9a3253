using System.Collections.Concurrent;
using LarkSandbox.Hosting;

namespace LarkSandbox.Access;

/// <summary>How often which API was let in, and with whose token: a test sees on whose behalf was called, and that it was once.</summary>
internal sealed class CallCounts(ChangeSignal changes)
{
    /// <summary>Stands for everybody there was no more room for, so that an API's calls are all counted.</summary>
    public const string Others = "(others)";

    public const int MostKeys = 20_000;

    private readonly ConcurrentDictionary<(string Api, string? OpenId), long> _counts = new();

    public IReadOnlyList<CallCount> All => [.. _counts.Select(c => new CallCount(c.Key.Api, c.Key.OpenId, c.Value)).OrderBy(c => c.Api, StringComparer.Ordinal)];

    /// <summary>Calls let in, of all callers.</summary>
    /// <param name="api">As documented: <c>POST /open-apis/im/v1/messages</c>, with <c>:names</c> in the place of ids.</param>
    public long Of(string api) => _counts.Where(c => c.Key.Api == api).Sum(c => c.Value);

    /// <summary>Calls let in with this person's token; null = with the app's own.</summary>
    public long Of(string api, string? openId) => _counts.GetValueOrDefault((api, openId));

    public void Add(ApiRule rule, Caller caller)
    {
        Add(rule.Name, caller.OpenId);
        changes.Notify();
    }

    internal void Add(string api, string? openId)
    {
        var key = (api, openId);
        if (!_counts.ContainsKey(key) && _counts.Count >= MostKeys)
        {
            key = (api, Others); // there are as many APIs as are documented
        }

        _counts.AddOrUpdate(key, 1, static (_, count) => count + 1);
    }
}
