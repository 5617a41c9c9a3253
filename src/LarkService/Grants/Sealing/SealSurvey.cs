namespace LarkService.Grants.Sealing;

/// <summary>Which keys the stored values need.</summary>
/// <param name="Keys">By id.</param>
/// <param name="Damaged">Values that do not even tell.</param>
internal sealed record SealSurvey(IReadOnlyList<KeyUse> Keys, long Damaged)
{
    /// <summary>Needed, but not configured.</summary>
    public IReadOnlyList<KeyUse> Missing => [.. Keys.Where(k => !k.Configured)];

    public long Values => Keys.Sum(k => k.Values) + Damaged;

    /// <summary>Values that are still sealed with another key.</summary>
    public long NotOn(string keyId) => Keys.Where(k => k.KeyId != keyId).Sum(k => k.Values);

    public override string ToString() => string.Join(", ", Keys.Select(k => $"{k.KeyId} {k.Values}"));
}

/// <param name="KeyId">The key's id.</param>
/// <param name="Values">How many values it has sealed.</param>
/// <param name="Configured">Whether it is at hand.</param>
internal sealed record KeyUse(string KeyId, long Values, bool Configured);

/// <summary>A value that does not open; never the value itself.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Column">Its column.</param>
/// <param name="Row">Its row's id.</param>
/// <param name="Why">In plain words.</param>
internal sealed record SealFault(string Table, string Column, string Row, string Why);
