using System.Text.Json;
using System.Text.RegularExpressions;

namespace LarkService.Apaas.Ai.Rest;

/// <summary>Body of <c>POST /api/v1/ai/skills/{skillId}/start</c>.</summary>
/// <param name="AppId">Null: the default app.</param>
/// <param name="OpenId">In whose name.</param>
/// <param name="Query">What the person says, at most 40,960 characters.</param>
/// <param name="Files">Ids of files, at most 32.</param>
/// <param name="Input">What the skill takes: an object, at most 40,960 characters.</param>
internal sealed partial record SkillRequest(string? AppId, string? OpenId, string? Query, IReadOnlyList<string>? Files, JsonElement? Input)
{
    private const int LongestText = 40_960;
    private const int MostFiles = 32;

    public static string? FaultIn(string skillId) => Shape().IsMatch(skillId) ? null : "This is no skill id: one looks like skill_6cc6166178ca, as in the skill's address.";

    public string? Fault() => this switch
    {
        { Query: null, Input: null } => "query and input are missing: give what the skill takes, at least one of them.",
        { Query.Length: > LongestText } => $"query has {Query.Length} characters: at most {LongestText} are taken.",
        { Files.Count: > MostFiles } => $"files has {Files.Count} entries: at most {MostFiles} are taken.",
        { Files: { } files } when files.Any(string.IsNullOrWhiteSpace) => "files holds an empty id.",
        { Input: { ValueKind: not JsonValueKind.Object } } => "input takes an object.",
        { Input: { } input } when !input.IsWhole() => "input holds half a character (an unpaired surrogate).",
        { Input: { } input } when input.GetRawText().Length > LongestText => $"input has more than {LongestText} characters.",
        _ => null,
    };

    [GeneratedRegex(@"^[0-9A-Za-z_]{1,64}\z")]
    private static partial Regex Shape();
}
