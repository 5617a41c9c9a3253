using LarkService.Platform;

namespace LarkService.Grants.Sealing;

/// <summary>A row's sealed values.</summary>
/// <param name="Key">As the engine's driver gives it.</param>
/// <param name="User">Whom the values are bound to.</param>
/// <param name="Values">In the order of <see cref="SealedTable.Columns"/>; null where there is none.</param>
internal sealed record SealedRow(object Key, UserKey User, string?[] Values)
{
    /// <summary>For people; never a secret.</summary>
    public string Id => Key.ToString()!;
}
