namespace LarkService.Accounts.Limits;

/// <summary>
/// Requests of one caller in the last fifteen parts of a window and the part that has begun. All sixteen together never get past the
/// limit, so no stretch as long as the window does, wherever it begins. The price: a request may count a fifteenth longer than it has to.
/// </summary>
internal sealed class SlidingCount
{
    private const int Kept = LimitRule.Parts + 1;
    private readonly Lock _gate = new();
    private readonly int[] _calls = new int[Kept]; // of everybody, as far as known
    private readonly int[] _unsent = new int[Kept]; // of this process, not yet told to the others
    private long _newest;
    private long _partLength;

    /// <summary>When the last request came, in milliseconds since 1970.</summary>
    public long SeenAt { get; private set; }

    /// <summary>True when nothing here counts any more.</summary>
    public bool IsOver(long now)
    {
        lock (_gate)
        {
            return _partLength == 0 || (now / _partLength) - _newest >= Kept;
        }
    }

    public LimitVerdict Take(LimitRule rule, long now)
    {
        lock (_gate)
        {
            MoveTo(now, rule.PartLength);
            SeenAt = now;
            var sum = _calls.Sum();
            var isFree = sum < rule.Most;
            if (isFree)
            {
                sum++;
                _calls[Place(_newest)]++;
                _unsent[Place(_newest)]++;
            }

            return new(isFree, Math.Max(0, rule.Most - sum), WaitFor(rule, now, sum));
        }
    }

    /// <summary>Hands over what the others do not know yet.</summary>
    /// <param name="take">Beginning of a part in milliseconds, and the requests in it.</param>
    public void Collect(Action<long, int> take)
    {
        lock (_gate)
        {
            for (var part = _newest - Kept + 1; part <= _newest; part++)
            {
                if (_unsent[Place(part)] is > 0 and var calls)
                {
                    take(part * _partLength, calls);
                    _unsent[Place(part)] = 0;
                }
            }
        }
    }

    /// <summary>What could not be told is told the next time.</summary>
    public void PutBack(long beginning, int calls)
    {
        lock (_gate)
        {
            if (IsKept(beginning))
            {
                _unsent[Place(beginning / _partLength)] += calls;
            }
        }
    }

    /// <summary>So many requests of everybody were in this part, all that was collected here among them.</summary>
    public void Learn(long beginning, int calls)
    {
        lock (_gate)
        {
            if (IsKept(beginning))
            {
                var place = Place(beginning / _partLength);
                _calls[place] = Math.Max(_calls[place], calls + _unsent[place]);
            }
        }
    }

    private static int Place(long part) => (int)(((part % Kept) + Kept) % Kept);

    private bool IsKept(long beginning) =>
        _partLength > 0 && beginning % _partLength == 0 && beginning / _partLength is var part && part <= _newest && part > _newest - Kept;

    // A clock that is put back finds the newest part again, and leaves it when it has caught up.
    private void MoveTo(long now, long partLength)
    {
        if (_partLength != partLength)
        {
            Array.Clear(_calls);
            Array.Clear(_unsent);
            (_partLength, _newest) = (partLength, now / partLength);
        }

        var part = now / partLength;
        for (var next = Math.Max(_newest + 1, part - Kept + 1); next <= part; next++)
        {
            _calls[Place(next)] = 0;
            _unsent[Place(next)] = 0;
        }

        _newest = Math.Max(_newest, part);
    }

    private TimeSpan WaitFor(LimitRule rule, long now, int sum)
    {
        for (var part = _newest - Kept + 1; part <= _newest; part++)
        {
            var calls = _calls[Place(part)];
            sum -= calls;
            if (calls > 0 && sum < rule.Most)
            {
                return TimeSpan.FromMilliseconds(Math.Max(1, ((part + Kept) * _partLength) - now));
            }
        }

        return TimeSpan.FromMilliseconds(_partLength);
    }
}
