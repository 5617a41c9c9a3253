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
              "state": {"type": "string", "enum": ["waiting_for_user"]},
              "sessionId": {"type": ["string", "null"], "description": "The session it waits for; null while the user may not be asked yet."}
            },
            "required": ["id", "state", "sessionId"]
          },
          "SqlResult": {
            "type": "object",
            "properties": {"result": {"type": ["array", "null"], "items": {}, "description": "The rows; null when the statement brings none."}},
            "required": ["result"]
          },
          "Column": {
            "type": "object",
            "properties": {
              "name": {"type": "string"},
              "type": {"type": ["string", "null"], "description": "The database's name for what it holds."},
              "description": {"type": ["string", "null"]},
              "isPrimaryKey": {"type": "boolean", "description": "Tells records apart."},
              "isUnique": {"type": "boolean"},
              "isArray": {"type": "boolean"},
              "allowsNull": {"type": "boolean"},
              "default": {"type": ["string", "null"], "description": "What it holds when nothing is said, in the database's words."}
            },
            "required": ["name", "type", "description", "isPrimaryKey", "isUnique", "isArray", "allowsNull", "default"]
          },
          "Table": {
            "type": "object",
            "properties": {
              "name": {"type": "string"},
              "description": {"type": ["string", "null"]},
              "columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}}
            },
            "required": ["name", "description", "columns"]
          },
          "TablePage": {
            "type": "object",
            "properties": {
              "items": {"type": "array", "items": {"$ref": "#/components/schemas/Table"}},
              "hasMore": {"type": "boolean"},
              "nextCursor": {"type": ["string", "null"]}
            },
            "required": ["items", "hasMore", "nextCursor"]
          },
          "RecordPage": {
            "type": "object",
            "properties": {
              "items": {"type": "array", "items": {"type": "object"}, "description": "Records: a value for each column."},
              "hasMore": {"type": "boolean"},
              "nextCursor": {"type": ["string", "null"]},
              "total": {"type": ["integer", "null"], "description": "Records that the filter finds, where the platform counts them."}
            },
            "required": ["items", "hasMore", "nextCursor", "total"]
          },
          "RecordIds": {
            "type": "object",
            "properties": {"recordIds": {"type": ["array", "null"], "items": {"type": ["string", "integer"]}, "description": "Of the records that were written."}},
            "required": ["recordIds"]
          },
          "FunctionResult": {
            "type": "object",
            "properties": {"result": {"description": "What the function returned; null when nothing."}},
            "required": ["result"]
          },
          "FlowResult": {
            "type": "object",
            "properties": {
              "status": {"type": ["string", "null"], "description": "The platform's word, as `end`."},
              "executionId": {"type": ["string", "null"]},
              "outParams": {"description": "What the flow gave back: values by name."}
            },
            "required": ["status", "executionId", "outParams"]
          },
          "Health": {
            "type": "object",
            "properties": {
              "status": {"$ref": "#/components/schemas/HealthStatus"},
              "components": {
                "type": "object",
                "additionalProperties": {
                  "type": "object",
                  "properties": {
                    "status": {"$ref": "#/components/schemas/HealthStatus"},
                    "since": {"type": "string", "format": "date-time"},
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
