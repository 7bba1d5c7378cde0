//! The OpenAPI document, made from the table of routes.

use axum::Json;
use serde_json::{Map, Value, json};

use super::table::{Access, Door, ROUTES, Row};

pub(super) async fn openapi() -> Json<Value> {
    Json(document())
}

/// The document.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for row in ROUTES {
        let path = paths.entry(row.path).or_insert_with(|| json!({}));
        path[row.method.word().to_lowercase()] = operation(row);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Forewarn", "version": env!("CARGO_PKG_VERSION"),
            "description": "The live service of Forewarn. Every answer carries its mode; sequence numbers of the log order everything.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "forewarn_session" },
                "certificate": { "type": "mutualTLS" },
            },
            "schemas": { "Error": {
                "type": "object", "required": ["error"],
                "properties": { "error": { "type": "string" }, "remedy": { "type": "string" } },
            }},
        },
    })
}

fn operation(row: &Row) -> Value {
    let parameters: Vec<Value> = row
        .parameters
        .iter()
        .map(|parameter| {
            let place = if parameter.in_query { "query" } else { "path" };
            json!({
                "name": parameter.name, "in": place, "required": !parameter.in_query,
                "description": parameter.meaning, "schema": schema_of(parameter.name),
            })
        })
        .collect();
    let mut operation = json!({
        "operationId": operation_id(row),
        "summary": row.summary,
        "parameters": parameters,
        "responses": responses(row),
        "security": security(row.access),
        "x-roles": roles(row.access),
        "x-door": match row.door { Door::People => "people", Door::Sensors => "sensors" },
    });
    if let Some(body) = row.body {
        let kind = match row.door {
            Door::People => "application/json",
            Door::Sensors => "application/x-forewarn-frame",
        };
        operation["requestBody"] = json!({
            "required": true, "content": { kind: { "schema": body() } },
        });
    }
    operation
}

fn operation_id(row: &Row) -> String {
    let words = row.path.split(['/', '.', '{', '}']);
    let words: Vec<&str> = words
        .filter(|word| !word.is_empty() && *word != "api" && *word != "v1")
        .collect();
    format!("{}_{}", row.method.word().to_lowercase(), words.join("_"))
}

fn schema_of(parameter: &str) -> Value {
    match parameter {
        "after" => json!({ "type": "integer", "minimum": 0 }),
        "limit" => json!({ "type": "integer", "minimum": 1, "maximum": 1_000 }),
        "at" => json!({ "type": "string", "format": "date-time" }),
        _ => json!({ "type": "string", "minLength": 1 }),
    }
}

fn responses(row: &Row) -> Value {
    let error =
        json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } });
    let mut responses = json!({
        "200": { "description": "Done.", "content": { row.answers: {} } },
        "default": { "description": "What is wrong, and what to do.", "content": error },
    });
    if row.method == super::table::Method::Delete {
        responses["204"] = json!({ "description": "Done." });
    }
    responses
}

fn security(access: Access) -> Value {
    match access {
        Access::Open => json!([]),
        Access::Roles(_) => json!([{ "session": [] }]),
        Access::Certificate => json!([{ "certificate": [] }]),
    }
}

fn roles(access: Access) -> Value {
    match access {
        Access::Open => json!(["anybody"]),
        Access::Roles(roles) => roles.iter().map(|role| role.word()).collect(),
        Access::Certificate => json!(["sensor"]),
    }
}
