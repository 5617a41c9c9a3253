using System.Text.Json.Nodes;
using LarkSandbox.LongConnection;

namespace LarkSandbox.Aily;

/// <summary>Conversations, messages and runs as the API shows them; times are milliseconds as strings.</summary>
internal static class AilyViews
{
    public static JsonObject Of(AilySession session) => new()
    {
        ["id"] = session.Id,
        ["created_at"] = Envelopes.Milliseconds(session.CreatedAt),
        ["modified_at"] = Envelopes.Milliseconds(session.ModifiedAt),
        ["created_by"] = session.OwnerOpenId ?? "",
        ["channel_context"] = session.ChannelContext ?? "",
        ["metadata"] = session.Metadata ?? "",
    };

    public static JsonObject Of(AilySession session, AilyMessage message)
    {
        var view = new JsonObject
        {
            ["id"] = message.Id,
            ["session_id"] = session.Id,
            ["created_at"] = Envelopes.Milliseconds(message.CreatedAt),
            ["content_type"] = message.ContentType,
            ["content"] = message.Content,
            ["status"] = message.Complete ? "COMPLETED" : "IN_PROGRESS",
            ["sender"] = new JsonObject { ["sender_type"] = message.FromAssistant ? "ASSISTANT" : "USER" },
        };
        if (message.RunId is not null)
        {
            view["run_id"] = message.RunId;
        }

        return view;
    }

    public static JsonObject Of(AilySession session, AilyRun run, DateTimeOffset now)
    {
        var status = run.StatusAt(now);
        var view = new JsonObject
        {
            ["id"] = run.Id,
            ["created_at"] = Envelopes.Milliseconds(run.CreatedAt),
            ["app_id"] = run.AppId,
            ["session_id"] = session.Id,
            ["status"] = status,
            ["metadata"] = run.Metadata ?? "",
        };
        if (status != "QUEUED")
        {
            view["started_at"] = Envelopes.Milliseconds(run.StartedAt);
        }

        if (status is "COMPLETED" or "FAILED" or "CANCELLED")
        {
            view["ended_at"] = Envelopes.Milliseconds(run.CancelledAt ?? run.EndsAt);
        }

        if (status == "FAILED")
        {
            view["error"] = new JsonObject { ["code"] = "sp_ec_sm_900101", ["message"] = "skill does not exist" };
        }

        return view;
    }
}
