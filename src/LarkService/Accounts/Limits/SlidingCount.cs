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
            return _partLength == 0 || Math.Abs((now / _partLength) - _newest) >= Kept;
        }
    }

    /// <summary>Counts a request, if it is free.</summary>
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

            return Verdict(isFree, rule, now, sum);
        }
    }

    /// <summary>What a request would hear; it is not counted.</summary>
    public LimitVerdict Look(LimitRule rule, long now)
    {
        lock (_gate)
        {
            MoveTo(now, rule.PartLength);
            var sum = _calls.Sum();
            return Verdict(sum < rule.Most, rule, now, sum);
        }
    }

    /// <summary>Hands over what the others do not know yet.</summary>
    /// <param name="take">Beginning of a part in milliseconds, and the requests in it.</param>
    /// <returns>Where the oldest part begins that counts here: what was before interests nobody.</returns>
    public long Collect(Action<long, int> take)
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

            return (_newest - Kept + 1) * _partLength;
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

    private LimitVerdict Verdict(bool isFree, LimitRule rule, long now, int sum) => new(isFree, Math.Max(0, rule.Most - sum), WaitFor(rule, now, sum));

    private void MoveTo(long now, long partLength)
    {
        var part = now / partLength;
        if (_partLength != partLength)
        {
            Array.Clear(_calls);
            Array.Clear(_unsent);
            (_partLength, _newest) = (partLength, part);
        }
        else if (_newest - part >= Kept)
        {
            StartAgainAt(part);
        }

        for (var next = Math.Max(_newest + 1, part - Kept + 1); next <= part; next++)
        {
            _calls[Place(next)] = 0;
            _unsent[Place(next)] = 0;
        }

        _newest = Math.Max(_newest, part);
    }

    // Somebody has put the clock back by more than a window. Nothing is given away by it, and nobody waits until the clock has caught up: all
    // that counted counts as of now. A clock put back by less finds the newest part again, and leaves it when it has caught up.
    private void StartAgainAt(long part)
    {
        var (calls, unsent) = (_calls.Sum(), _unsent.Sum());
        Array.Clear(_calls);
        Array.Clear(_unsent);
        (_newest, _calls[Place(part)], _unsent[Place(part)]) = (part, calls, unsent);
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
