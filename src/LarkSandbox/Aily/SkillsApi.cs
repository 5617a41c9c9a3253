using System.Text.Json.Nodes;
using LarkSandbox.Hosting;

namespace LarkSandbox.Aily;

/// <summary><c>/open-apis/aily/v1/apps/:app_id/skills</c>: a skill answers at once, with JSON in a string.</summary>
internal sealed class SkillsApi(SandboxOptions options)
{
    private const int LongestText = 40960;

    public IResult List(string appId) => appId != options.AilyAppId ? UnknownApp() : Answer.Data(new JsonObject
    {
        ["skills"] = new JsonArray([.. AilySkill.All.Select(s => s.View())]),
        ["has_more"] = false,
        ["page_token"] = "",
    });

    public IResult Get(string appId, string skillId) => appId != options.AilyAppId ? UnknownApp()
        : Find(skillId) is { } skill ? Answer.Data(new JsonObject { ["skill"] = skill.View() })
        : AilyError.BadParameter("the skill does not exist");

    public async Task<IResult> StartAsync(HttpContext http, string appId, string skillId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (appId != options.AilyAppId)
        {
            return UnknownApp();
        }

        if (Find(skillId) is not { } skill)
        {
            return AilyError.BadParameter("the skill does not exist");
        }

        var (query, input) = (body?["global_variable"].Text("query") ?? "", body.Text("input") ?? "{}");
        if (query.Length > LongestText || input.Length > LongestText || Json.ParseObject(input) is not { } given)
        {
            return AilyError.BadParameter("query and input are at most 40960 long, input a JSON object in a string");
        }

        return Answer.Data(new JsonObject { ["output"] = Json.Write(skill.Run(query, given)), ["status"] = "success" }, "");
    }

    private static AilySkill? Find(string id) => AilySkill.All.FirstOrDefault(s => s.Id == id);

    private static IResult UnknownApp() => AilyError.BadParameter("the app does not exist");
}
