/// What programs may ask of the desk. A test compares it with the routes there are.
enum OpenAPIDescription {
    static let json = #"""
        {
          "openapi": "3.1.0",
          "info": {
            "title": "Bamai desk",
            "version": "1.0.0",
            "description": "Alerts of many gateways in, decisions of people out. Errors are application/problem+json (RFC 9457)."
          },
          "components": {
            "securitySchemes": {
              "gateway": { "type": "http", "scheme": "bearer", "description": "A gateway's token (bamai-desk gateway add), or its client certificate." },
              "program": { "type": "http", "scheme": "bearer", "description": "A program's token (bamai-desk token add)." }
            },
            "responses": {
              "Behind": {
                "description": "The desk is behind or does not take this address now; come back after Retry-After seconds.",
                "headers": { "Retry-After": { "schema": { "type": "integer" } } }
              },
              "Problem": {
                "description": "What is wrong and what to do.",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
              }
            },
            "parameters": {
              "state": { "name": "state", "in": "query", "schema": { "enum": ["open", "new", "handling", "done", "all"], "default": "all" } },
              "level": { "name": "level", "in": "query", "description": "At least this level.", "schema": { "enum": ["blue", "yellow", "orange", "red"] } },
              "class": { "name": "class", "in": "query", "schema": { "type": "string" } },
              "gateway": { "name": "gateway", "in": "query", "schema": { "type": "string" } },
              "asset": { "name": "asset", "in": "query", "schema": { "type": "string" } },
              "rule": { "name": "rule", "in": "query", "schema": { "type": "string" } },
              "q": { "name": "q", "in": "query", "description": "Words, all of which must occur.", "schema": { "type": "string", "maxLength": 100 } },
              "since": { "name": "since", "in": "query", "description": "Received from here on.", "schema": { "type": "string", "format": "date-time" } },
              "until": { "name": "until", "in": "query", "description": "Received before.", "schema": { "type": "string", "format": "date-time" } },
              "offset": { "name": "offset", "in": "query", "schema": { "type": "integer", "minimum": 0 } },
              "limit": { "name": "limit", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": 500, "default": 500 } }
            },
            "schemas": {
              "Problem": {
                "type": "object",
                "required": ["status", "title", "detail"],
                "properties": {
                  "status": { "type": "integer" }, "title": { "type": "string" }, "detail": { "type": "string" },
                  "cause": { "type": "string", "description": "The name that the refusal is counted under." }
                }
              },
              "CloudEvent": {
                "type": "object",
                "required": ["specversion", "id", "source", "type"],
                "properties": {
                  "specversion": { "const": "1.0" }, "id": { "type": "string", "maxLength": 200 },
                  "source": { "type": "string", "pattern": "^urn:bamai:", "description": "The gateway that is logged in." },
                  "type": { "type": "string", "description": "cn.bamai.alert.raised, .escalated, .eased, .repeated, .cleared; others are taken as a sign of life." },
                  "data": { "type": "object", "description": "CAP 1.2 names, and bamai with evidence and index." }
                }
              },
              "Taken": {
                "type": "object",
                "required": ["taken", "known"],
                "properties": { "taken": { "type": "integer" }, "known": { "type": "integer", "description": "Were here already, by source and id." } }
              },
              "Decision": {
                "type": "object",
                "required": ["id", "sequence", "gateway", "act", "reason", "by", "made"],
                "properties": {
                  "id": { "type": "string", "description": "The same for every delivery of a decision." },
                  "sequence": { "type": "integer", "description": "Goes up; what after counts in." },
                  "gateway": { "type": "string" },
                  "act": { "enum": ["acknowledge", "end", "shelve", "unshelve", "maintain", "resume", "false_alarm"] },
                  "asset": { "type": "string" }, "rule": { "type": "string" }, "sensor": { "type": "string" }, "episode": { "type": "string" },
                  "until": { "type": "string", "format": "date-time" },
                  "reason": { "type": "string", "maxLength": 200 }, "by": { "type": "string", "maxLength": 64 },
                  "made": { "type": "string", "format": "date-time" }
                }
              },
              "Alert": {
                "type": "object",
                "required": ["id", "gateway", "episode", "asset", "rule", "level", "active", "handling"],
                "properties": {
                  "id": { "type": "integer" }, "gateway": { "type": "string" }, "episode": { "type": "string" }, "asset": { "type": "string" },
                  "asset_class": { "type": "string" }, "asset_name": { "type": "string" }, "address": { "type": "string" }, "rule": { "type": "string" },
                  "sensor": { "type": "string" }, "level": { "enum": ["blue", "yellow", "orange", "red"] },
                  "worst": { "enum": ["blue", "yellow", "orange", "red"] },
                  "headline_zh": { "type": "string" }, "headline_en": { "type": "string" },
                  "handling": { "enum": ["published", "acknowledged", "dispatched", "reported", "closed", "false_alarm"] },
                  "handled_by": { "type": "string" }, "handled_at": { "type": ["string", "null"], "format": "date-time" },
                  "onset": { "type": "string", "format": "date-time" }, "updated": { "type": "string", "format": "date-time" },
                  "received": { "type": "string", "format": "date-time" }, "cleared": { "type": ["string", "null"], "format": "date-time" },
                  "active": { "type": "boolean" }, "latched": { "type": "boolean" }, "late": { "type": "boolean" }, "alerts": { "type": "integer" },
                  "shelved_until": { "type": ["string", "null"], "format": "date-time" }
                }
              }
            }
          },
          "paths": {
            "/v1/events": {
              "post": {
                "summary": "Take alerts. Durable when answered; the same source and id is taken once.",
                "security": [{ "gateway": [] }],
                "requestBody": {
                  "required": true,
                  "content": {
                    "application/cloudevents+json": { "schema": { "$ref": "#/components/schemas/CloudEvent" } },
                    "application/cloudevents-batch+json": {
                      "schema": { "type": "array", "maxItems": 500, "items": { "$ref": "#/components/schemas/CloudEvent" } }
                    }
                  }
                },
                "responses": {
                  "202": { "description": "All are durable.", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Taken" } } } },
                  "400": { "$ref": "#/components/responses/Problem" }, "401": { "$ref": "#/components/responses/Problem" },
                  "403": { "$ref": "#/components/responses/Problem" }, "413": { "$ref": "#/components/responses/Problem" },
                  "415": { "$ref": "#/components/responses/Problem" }, "429": { "$ref": "#/components/responses/Behind" },
                  "503": { "$ref": "#/components/responses/Behind" }
                }
              }
            },
            "/v1/decisions": {
              "get": {
                "summary": "Decisions after a sequence, in their order; waits for one where there is none.",
                "security": [{ "gateway": [] }],
                "parameters": [
                  { "name": "gateway", "in": "query", "schema": { "type": "string" } },
                  { "name": "after", "in": "query", "schema": { "type": "integer", "minimum": 0, "default": 0 } },
                  { "name": "wait", "in": "query", "description": "Seconds.", "schema": { "type": "integer", "minimum": 0, "maximum": 55, "default": 25 } }
                ],
                "responses": {
                  "200": {
                    "description": "At most 100; an empty list when none came in time.",
                    "content": { "application/json": { "schema": { "type": "array", "items": { "$ref": "#/components/schemas/Decision" } } } }
                  },
                  "400": { "$ref": "#/components/responses/Problem" }, "401": { "$ref": "#/components/responses/Problem" },
                  "403": { "$ref": "#/components/responses/Problem" }, "429": { "$ref": "#/components/responses/Behind" }
                }
              }
            },
            "/v1/status": {
              "post": {
                "summary": "What a gateway says of itself: the document of bamai status --json.",
                "security": [{ "gateway": [] }],
                "requestBody": { "required": true, "content": { "application/json": { "schema": { "type": "object" } } } },
                "responses": {
                  "204": { "description": "Noted." }, "400": { "$ref": "#/components/responses/Problem" },
                  "401": { "$ref": "#/components/responses/Problem" }, "403": { "$ref": "#/components/responses/Problem" }
                }
              }
            },
            "/v1/alerts": {
              "get": {
                "summary": "Episodes with how far people are.",
                "security": [{ "program": [] }],
                "parameters": [
                  { "$ref": "#/components/parameters/state" }, { "$ref": "#/components/parameters/level" }, { "$ref": "#/components/parameters/class" },
                  { "$ref": "#/components/parameters/gateway" }, { "$ref": "#/components/parameters/asset" }, { "$ref": "#/components/parameters/rule" },
                  { "$ref": "#/components/parameters/q" }, { "$ref": "#/components/parameters/since" }, { "$ref": "#/components/parameters/until" },
                  { "$ref": "#/components/parameters/offset" }, { "$ref": "#/components/parameters/limit" }
                ],
                "responses": {
                  "200": {
                    "description": "A page of them, and how many there are.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "type": "object",
                          "required": ["total", "alerts"],
                          "properties": { "total": { "type": "integer" }, "alerts": { "type": "array", "items": { "$ref": "#/components/schemas/Alert" } } }
                        }
                      }
                    }
                  },
                  "401": { "$ref": "#/components/responses/Problem" }
                }
              }
            },
            "/v1/alerts.csv": {
              "get": {
                "summary": "The same for spreadsheets.", "security": [{ "program": [] }],
                "responses": { "200": { "description": "CSV with a head line.", "content": { "text/csv": {} } } }
              }
            },
            "/assets.csv": {
              "get": {
                "summary": "Assets ranked by their sick-running index.", "security": [{ "program": [] }],
                "responses": { "200": { "description": "CSV with a head line.", "content": { "text/csv": {} } } }
              }
            },
            "/feed.atom": {
              "get": {
                "summary": "The newest 50 alerts, each with a link to its CAP 1.2 document.", "security": [{ "program": [] }],
                "responses": { "200": { "description": "Atom.", "content": { "application/atom+xml": {} } } }
              }
            },
            "/cap/{name}": {
              "get": {
                "summary": "One alert as CAP 1.2.", "security": [{ "program": [] }],
                "parameters": [{ "name": "name", "in": "path", "required": true, "schema": { "type": "string", "pattern": "^[0-9]+\\.xml$" } }],
                "responses": { "200": { "description": "CAP.", "content": { "application/cap+xml": {} } }, "404": { "description": "There is none." } }
              }
            },
            "/metrics": {
              "get": {
                "summary": "Figures for Prometheus.", "security": [{ "program": [] }],
                "responses": { "200": { "description": "Text format 0.0.4.", "content": { "text/plain": {} } } }
              }
            },
            "/health": { "get": { "summary": "Whether the desk answers.", "responses": { "200": { "description": "It does.", "content": { "text/plain": {} } } } } },
            "/openapi.json": { "get": { "summary": "This description.", "responses": { "200": { "description": "OpenAPI 3.1.", "content": { "application/json": {} } } } } }
          }
        }
        """#
}
