using System.Text.Json.Nodes;
using LarkSandbox.Access;
using LarkSandbox.Hosting;

namespace LarkSandbox.Aily;

/// <summary><c>/open-apis/aily/v1/sessions</c>.</summary>
internal sealed class SessionsApi(AilyStore store, TimeProvider clock)
{
    private const int LongestText = 255;

    public async Task<IResult> CreateAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        return IsTooLong(body) ? AilyError.BadParameter("channel_context and metadata are at most 255 long")
            : Show(store.Start(Caller.Of(http).OpenId, body.Text("channel_context"), body.Text("metadata")));
    }

    public IResult Get(HttpContext http, string sessionId) =>
        store.Find(sessionId, Caller.Of(http).OpenId) is { } session ? Show(session) : Unknown();

    public async Task<IResult> UpdateAsync(HttpContext http, string sessionId, CancellationToken ct)
    {
        var body = await Json.ReadObjectAsync(http.Request, ct);
        if (store.Find(sessionId, Caller.Of(http).OpenId) is not { } session)
        {
            return Unknown();
        }

        if (IsTooLong(body))
        {
            return AilyError.BadParameter("channel_context and metadata are at most 255 long");
        }

        session.ChannelContext = body.Text("channel_context") ?? session.ChannelContext;
        session.Metadata = body.Text("metadata") ?? session.Metadata;
        session.ModifiedAt = clock.GetUtcNow();
        return Show(session);
    }

    public IResult Delete(HttpContext http, string sessionId)
    {
        return store.Find(sessionId, Caller.Of(http).OpenId) is { } session && store.Delete(session) ? Answer.Data(new JsonObject()) : Unknown();
    }

    private static IResult Show(AilySession session) => Answer.Data(new JsonObject { ["session"] = AilyViews.Of(session) });

    private static IResult Unknown() => AilyError.BadParameter("the session does not exist");

    private static bool IsTooLong(JsonObject? body) => body.Text("channel_context")?.Length > LongestText || body.Text("metadata")?.Length > LongestText;
}
