using System.Text.Json;

namespace LarkService.Realtime;

/// <summary>Something that happened, for those it concerns among the clients that are connected now. It travels between replicas as JSON.</summary>
/// <param name="Name">As clients subscribe to it: the contract's.</param>
/// <param name="Group">Whom it concerns: see <see cref="LiveGroups"/>.</param>
/// <param name="Data">Ids and facts, never a secret; small, because news between replicas are.</param>
internal sealed record LiveEvent(string Name, string Group, JsonElement Data);
