using LarkService.Data.News;

namespace LarkService.OnBehalfOf.Operations;

/// <summary>
/// Callers that wait for the end of an operation. It is told by whoever ends it here, by a trigger when another replica does, and
/// found by <see cref="OperationWatch"/> when that news was lost.
/// </summary>
internal sealed class OperationWaiters : INewsSubscriber
{
    /// <summary>So many may wait at a time; further ones are answered at once.</summary>
    public const int Most = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Waiter>> _byId = new(StringComparer.Ordinal);
    private int _count;

    public string Channel => "lark_operations";

    /// <summary>To be asked for before looking, so that nothing comes between, and disposed afterwards.</summary>
    /// <returns>Null when there are too many.</returns>
    public Waiter? Enter(string id)
    {
        lock (_gate)
        {
            if (_count == Most)
            {
                return null;
            }

            _count++;
            var waiter = new Waiter(this, id);
            if (!_byId.TryGetValue(id, out var same))
            {
                _byId[id] = same = [];
            }

            same.Add(waiter);
            return waiter;
        }
    }

    public void Ended(string id)
    {
        Waiter[] told;
        lock (_gate)
        {
            told = _byId.TryGetValue(id, out var waiting) ? [.. waiting] : [];
        }

        Array.ForEach(told, waiter => waiter.Tell());
    }

    /// <summary>The operations somebody waits for.</summary>
    public IReadOnlyList<string> Awaited()
    {
        lock (_gate)
        {
            return [.. _byId.Keys];
        }
    }

    public void Heard(string payload) => Ended(payload);

    public void MissedSome()
    {
        // The watch looks for all of them within a second, in a few statements; waking everybody would be one each.
    }

    private void Leave(Waiter waiter)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(waiter.Id, out var same) && same.Remove(waiter))
            {
                _count--;
                if (same.Count == 0)
                {
                    _byId.Remove(waiter.Id);
                }
            }
        }
    }

    /// <summary>One caller who waits.</summary>
    internal sealed class Waiter(OperationWaiters all, string id) : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Id => id;

        /// <summary>The operation has ended.</summary>
        public Task Ended => _ended.Task;

        public void Tell() => _ended.TrySetResult();

        public void Dispose() => all.Leave(this);
    }
}
