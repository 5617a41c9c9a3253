namespace LarkService.Messaging;

/// <summary>
/// Names the elements of one card: <c>button_1</c>, <c>button_2</c>, <c>panel_1</c>. The platform wants them unique in the card and
/// at most 20 characters long.
/// </summary>
internal sealed class ElementIds
{
    private readonly Dictionary<string, int> _used = new(StringComparer.Ordinal);

    public string Next(string kind)
    {
        _used[kind] = _used.GetValueOrDefault(kind) + 1;
        return $"{kind}_{_used[kind]}";
    }
}
