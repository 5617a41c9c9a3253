using System.Security.Cryptography;
using System.Text;

namespace LarkService.Events.Callbacks;

/// <summary>
/// A person who sees nothing happen clicks again. As long as a click is worked on, and for a second at least, the same click of
/// the same person on the same card joins it instead of being handled again.
/// </summary>
internal sealed class DoubleClicks(TimeProvider clock)
{
    /// <summary>Beyond so many clicks at a time the surplus is handled without being remembered.</summary>
    public const int Most = 1000;

    private static readonly TimeSpan Bounce = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, First> _clicks = new(StringComparer.Ordinal);
    private long _sweptAt;

    /// <returns>The handling, and whether it is an earlier click's.</returns>
    public (Task<HandledClick> Handling, bool Joined) Join(LarkEvent click, CardAction action, Func<Task<HandledClick>> handle)
    {
        if (action.MessageId.Length == 0)
        {
            return (handle(), false);
        }

        var key = KeyOf(click, action);
        lock (_gate)
        {
            if (_clicks.Count >= Most || clock.GetElapsedTime(_sweptAt) > Bounce)
            {
                ForgetWhatIsOver();
            }

            if (_clicks.TryGetValue(key, out var first) && !IsOver(first))
            {
                return (first.Handling, true);
            }

            var handling = handle();
            if (first is not null || _clicks.Count < Most)
            {
                _clicks[key] = new(handling, clock.GetTimestamp());
            }

            return (handling, false);
        }
    }

    // All that the client says about the click, what was filled in included.
    private static string KeyOf(LarkEvent click, CardAction action) =>
        $"{action.AppId}|{action.Operator}|{action.MessageId}|{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(click.Body.Child("action").GetRawText())))}";

    private void ForgetWhatIsOver()
    {
        foreach (var (key, first) in _clicks)
        {
            if (IsOver(first))
            {
                _clicks.Remove(key);
            }
        }

        _sweptAt = clock.GetTimestamp();
    }

    private bool IsOver(First first) => first.Handling.IsCompleted && clock.GetElapsedTime(first.StartedAt) > Bounce;

    private sealed record First(Task<HandledClick> Handling, long StartedAt);
}
