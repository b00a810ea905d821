//! The devices beneath an office's units: who is waiting for confirmation, with the digits to compare.

use crate::error::Error;
use crate::grants::version_of;
use crate::store::devices;
use crate::tree::Tree;
use rusqlite::Connection;
use shared_model::Role;
use shared_model::wire::{Directory, DirectoryDevice, RoleAtUnit, to_cbor};

/// `None` for whoever is not of the office. The version follows from the content without `seen_at`.
pub fn directory(db: &Connection, tree: &Tree, roles: &[RoleAtUnit]) -> Result<Option<Directory>, Error> {
    let offices: Vec<_> = roles.iter().filter(|at| at.role == Role::Office).collect();
    if offices.is_empty() {
        return Ok(None);
    }
    let mut content = Vec::new();
    let mut out = Vec::new();
    for d in devices::list(db)? {
        if !offices.iter().any(|at| tree.is_within(&d.unit, &at.unit)) {
            continue;
        }
        let state = if d.cloned { "cloned".to_owned() } else { d.state };
        let digits = (state == "unconfirmed").then_some(d.digits);
        content.push((d.id, d.name.clone(), d.role, d.unit, state.clone()));
        out.push(DirectoryDevice { id: d.id, name: d.name, role: d.role, unit: d.unit, state, digits, seen_at: d.seen_at });
    }
    Ok(Some(Directory { version: version_of(&to_cbor(&content)), devices: out }))
}
