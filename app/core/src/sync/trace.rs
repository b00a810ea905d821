//! A trace of every exchange, for people who want to see what their device sends and receives: one JSON file an exchange, bodies decoded
//! whole, binary parts too.

use crate::error::Result;
use serde_json::{Value as Json, json};
use shared_model::crdt::{Change, OpBody, Registers};
use shared_model::wire::{self, Page, RowBody, SyncReply, SyncRequest};
use std::path::Path;

/// Writes the next file of a trace.
///
/// # Errors
/// Of the file system.
pub fn write(dir: &Path, number: u32, path: &str, request: (u64, &[u8]), response: (u16, u64, &[u8])) -> Result<()> {
    std::fs::create_dir_all(dir)?;
    let body = json!({
        "request": { "method": "POST", "path": path, "body_bytes": request.0, "body": request_json(path, request.1) },
        "response": { "status": response.0, "body_bytes": response.1, "body": response_json(path, response.2) },
    });
    let name = (0u32..).map(|n| dir.join(format!("{:04}.json", number + n))).find(|p| !p.exists()).unwrap_or_else(|| dir.join("last.json"));
    std::fs::write(name, serde_json::to_vec_pretty(&body).unwrap_or_default())?;
    Ok(())
}

fn request_json(path: &str, cbor: &[u8]) -> Json {
    match path {
        "/v1/sync" => wire::from_cbor::<SyncRequest>(cbor).map(|r| {
            let commands: Vec<Json> = r
                .commands
                .iter()
                .map(|c| {
                    let parts: Vec<Json> = c
                        .parts
                        .iter()
                        .map(|p| json!({ "unit": p.unit, "record": p.doc.record, "class": p.doc.class, "generation": p.doc.generation, "kind": p.kind, "change": change(&p.change) }))
                        .collect();
                    json!({ "seq": c.seq, "name": c.name, "policy": c.policy, "ask": c.ask, "replaces": c.replaces, "batch": c.batch, "parts": parts })
                })
                .collect();
            json!({ "protocol": r.protocol, "epoch": r.epoch, "policy": r.policy, "policy_after_seq": r.policy_after_seq, "grants": r.grants,
                "directory": r.directory, "want": r.want, "cursors": r.cursors,
                "unjudged": r.unjudged.iter().map(|(s, d)| json!([s, wire::hex(d)])).collect::<Vec<_>>(), "commands": commands })
        }),
        _ => wire::from_cbor::<ciborium::Value>(cbor).map(|v| plain(&v)),
    }
    .unwrap_or(Json::Null)
}

fn response_json(path: &str, cbor: &[u8]) -> Json {
    match path {
        "/v1/sync" => match wire::from_cbor::<SyncReply>(cbor) {
            Ok(r) => {
                json!({ "protocol": r.protocol, "time": r.time, "epoch": r.epoch, "epochs": r.epochs, "verdicts": r.verdicts, "actor_closed": r.actor_closed,
                "grants": r.grants, "pages": r.pages.iter().map(page).collect::<Vec<_>>(), "more": r.more, "digests": r.digests, "directory": r.directory })
            }
            Err(_) => wire::from_cbor::<ciborium::Value>(cbor).map(|v| plain(&v)).unwrap_or(Json::Null),
        },
        _ => wire::from_cbor::<ciborium::Value>(cbor).map(|v| plain(&v)).unwrap_or(Json::Null),
    }
}

fn page(p: &Page) -> Json {
    let rows: Vec<Json> = p
        .rows
        .iter()
        .map(|r| {
            let body = match &r.body {
                RowBody::Change { doc, kind, bytes } => json!({ "change": { "doc": doc, "kind": kind, "content": change(bytes) } }),
                RowBody::Snapshot { doc, kind, registers, first_at, home } => {
                    json!({ "snapshot": { "doc": doc, "kind": kind, "first_at": first_at, "home": home, "content": snapshot(registers) } })
                }
                RowBody::Purge { doc } => json!({ "purge": doc }),
                RowBody::Unshare { doc } => json!({ "unshare": doc }),
                RowBody::Gone { doc, hash } => json!({ "gone": doc, "hash": wire::hex(hash) }),
            };
            json!({ "seq": r.seq, "received_at": r.received_at, "command": wire::hex(&r.command), "body": body })
        })
        .collect();
    json!({ "unit": p.unit, "class": p.class, "cursor": p.cursor, "bundle_pages": p.bundle_pages, "actors": p.actors, "rows": rows, "signature": wire::hex(&p.signature) })
}

fn change(bytes: &[u8]) -> Json {
    match Change::decode(bytes) {
        Ok((c, hash)) => json!({
            "hash": hash.to_string(), "actor": c.actor.to_string(), "seq": c.seq, "start_op": c.start_op, "time": c.time,
            "deps": c.deps.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "ops": c.ops.iter().map(|o| {
                let pred: Vec<String> = o.pred.iter().map(ToString::to_string).collect();
                match &o.body {
                    OpBody::Put(v) => json!({ "put": o.key, "value": v.to_json(), "pred": pred }),
                    OpBody::Delete => json!({ "delete": o.key, "pred": pred }),
                }
            }).collect::<Vec<_>>(),
        }),
        Err(_) => json!({ "bytes": wire::hex(bytes) }),
    }
}

fn snapshot(bytes: &[u8]) -> Json {
    match Registers::decode_full(bytes) {
        Ok(r) => json!({
            "heads": r.heads.iter().map(|h| json!([h.hash.to_string(), h.actor.to_string(), h.seq])).collect::<Vec<_>>(),
            "clock": r.clock.iter().map(|(a, c)| json!([a.to_string(), c.seq, c.max_op])).collect::<Vec<_>>(),
            "live": r.live.iter().map(|(k, ops)| (k.clone(), ops.iter().map(|o| json!({ "op": o.id.to_string(), "at": o.at, "value": o.value.to_json() })).collect::<Vec<_>>().into()))
                .collect::<serde_json::Map<String, Json>>(),
        }),
        Err(_) => json!({ "bytes": wire::hex(bytes) }),
    }
}

fn plain(v: &ciborium::Value) -> Json {
    use ciborium::Value as C;
    match v {
        C::Integer(i) => i64::try_from(*i).map_or(Json::Null, Json::from),
        C::Bytes(b) => Json::String(wire::hex(b)),
        C::Float(f) => json!(f),
        C::Text(t) => Json::String(t.clone()),
        C::Bool(b) => Json::Bool(*b),
        C::Array(a) => Json::Array(a.iter().map(plain).collect()),
        C::Map(m) => {
            Json::Object(m.iter().map(|(k, v)| (k.as_text().map_or_else(|| format!("{k:?}"), str::to_string), plain(v))).collect())
        }
        _ => Json::Null,
    }
}
