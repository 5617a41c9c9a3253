using System.Text.Json.Nodes;

namespace LarkService.Hosting.OpenApi;

/// <summary>Schemas of answers that have no type in the code, because they pass on what the platform, or the framework, has to say.</summary>
internal static class OwnSchemas
{
    /// <summary>By name.</summary>
    public static JsonObject All { get; } = JsonParts.Read("""
        {
          "ParkedOperation": {
            "type": "object",
            "description": "A call that waits for its user.",
            "properties": {
              "id": {"type": "string", "description": "Where to ask what became of it: GET /api/v1/operations/{id}."},
              "state": {"type": "string", "enum": ["waiting_for_user"], "description": "What it waits for."},
              "sessionId": {"type": ["string", "null"], "description": "The session it waits for; null while the user may not be asked yet."}
            },
            "required": ["id", "state", "sessionId"]
          },
          "SqlResult": {
            "type": "object",
            "description": "What a statement brought.",
            "properties": {"result": {"type": ["array", "null"], "items": {}, "description": "The rows; null when the statement brings none."}},
            "required": ["result"]
          },
          "Column": {
            "type": "object",
            "description": "A column of a table.",
            "properties": {
              "name": {"type": "string", "description": "What it is called."},
              "type": {"type": ["string", "null"], "description": "The database's name for what it holds."},
              "description": {"type": ["string", "null"], "description": "What it is for; null when nobody said."},
              "isPrimaryKey": {"type": "boolean", "description": "Tells records apart."},
              "isUnique": {"type": "boolean", "description": "No two records have the same."},
              "isArray": {"type": "boolean", "description": "It holds a list."},
              "allowsNull": {"type": "boolean", "description": "It may hold nothing."},
              "default": {"type": ["string", "null"], "description": "What it holds when nothing is said, in the database's words."}
            },
            "required": ["name", "type", "description", "isPrimaryKey", "isUnique", "isArray", "allowsNull", "default"]
          },
          "Table": {
            "type": "object",
            "description": "A table with its columns.",
            "properties": {
              "name": {"type": "string", "description": "What it is called."},
              "description": {"type": ["string", "null"], "description": "What it is for; null when nobody said."},
              "columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}, "description": "In the platform's order."}
            },
            "required": ["name", "description", "columns"]
          },
          "TablePage": {
            "type": "object",
            "description": "One page of tables.",
            "properties": {
              "items": {"type": "array", "items": {"$ref": "#/components/schemas/Table"}, "description": "In the platform's order."},
              "hasMore": {"type": "boolean", "description": "There is another page."},
              "nextCursor": {"type": ["string", "null"], "description": "Hand it back as `cursor` for that page; null on the last."}
            },
            "required": ["items", "hasMore", "nextCursor"]
          },
          "RecordPage": {
            "type": "object",
            "description": "One page of records.",
            "properties": {
              "items": {"type": "array", "items": {"type": "object"}, "description": "Records: a value for each column."},
              "hasMore": {"type": "boolean", "description": "There is another page."},
              "nextCursor": {"type": ["string", "null"], "description": "Hand it back as `cursor` for that page; null on the last."},
              "total": {"type": ["integer", "null"], "description": "Records that the filter finds, where the platform counts them."}
            },
            "required": ["items", "hasMore", "nextCursor", "total"]
          },
          "RecordIds": {
            "type": "object",
            "description": "Which records were written.",
            "properties": {"recordIds": {"type": ["array", "null"], "items": {"type": ["string", "integer"]}, "description": "Of the records that were written."}},
            "required": ["recordIds"]
          },
          "FunctionResult": {
            "type": "object",
            "description": "What a function returned.",
            "properties": {"result": {"description": "What the function returned; null when nothing."}},
            "required": ["result"]
          },
          "FlowResult": {
            "type": "object",
            "description": "What a flow came to.",
            "properties": {
              "status": {"type": ["string", "null"], "description": "The platform's word, as `end`."},
              "executionId": {"type": ["string", "null"], "description": "The platform's name for the run."},
              "outParams": {"description": "What the flow gave back: values by name."}
            },
            "required": ["status", "executionId", "outParams"]
          },
          "ChatAnswer": {
            "type": "object",
            "description": "What the assistant answered.",
            "properties": {
              "conversationId": {"type": "string", "description": "For the next question."},
              "runId": {"type": "string", "description": "Aily's name for the work."},
              "message": {
                "type": "object",
                "description": "What it wrote.",
                "properties": {
                  "id": {"type": "string", "description": "Aily's; empty when it wrote nothing."},
                  "content": {"type": "string", "description": "Markdown."}
                },
                "required": ["id", "content"]
              }
            },
            "required": ["conversationId", "runId", "message"]
          },
          "SkillResult": {
            "type": "object",
            "description": "What a skill came to.",
            "properties": {
              "output": {"description": "The skill's JSON, or its text when it is none."},
              "status": {"type": ["string", "null"], "description": "The platform's word, as `success`."}
            },
            "required": ["output", "status"]
          },
          "KnowledgeAnswer": {
            "type": "object",
            "description": "What the knowledge says.",
            "properties": {
              "content": {"type": "string", "description": "Markdown; empty when nothing was found."},
              "hasAnswer": {"type": "boolean", "description": "Something was found."},
              "finishType": {"type": ["string", "null"], "description": "`qa` or `faq`."},
              "faqResult": {"type": ["object", "null"], "description": "The question and answer that were found ready."},
              "processData": {"type": ["object", "null"], "description": "What the answer was made of."}
            },
            "required": ["content", "hasAnswer", "finishType", "faqResult", "processData"]
          },
          "Health": {
            "type": "object",
            "description": "How the service is.",
            "properties": {
              "status": {"$ref": "#/components/schemas/HealthStatus", "description": "In one word."},
              "components": {
                "type": "object",
                "description": "By name.",
                "additionalProperties": {
                  "type": "object",
                  "properties": {
                    "status": {"$ref": "#/components/schemas/HealthStatus", "description": "In one word."},
                    "since": {"type": "string", "format": "date-time", "description": "First seen so."},
                    "detail": {"type": ["string", "null"], "description": "In plain words."}
                  },
                  "required": ["status", "since", "detail"]
                }
              }
            },
            "required": ["status", "components"]
          },
          "HealthStatus": {"type": "string", "enum": ["healthy", "degraded", "unhealthy"]},
          "HealthWord": {"type": "string", "enum": ["Healthy", "Degraded", "Unhealthy"]},
          "Text": {"type": "string"},
          "AnyJson": {"description": "JSON of any shape."}
        }
        """);
}
