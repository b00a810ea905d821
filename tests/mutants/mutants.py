"""The mutants: one broken rule of merging and sync each. `edits` are (file, old text, new text); `test` names a test where the simulation
cannot see the difference, because nothing in it can lose what the disk has taken."""

CORE, SERVER, MODEL = "app/core/src", "sync-server/src", "shared-model/src"

MUTANTS = [
    {
        "name": "a snapshot replaces instead of joining",
        "edits": [(f"{CORE}/sync/apply.rs", "*r = if r.clock.is_empty() { theirs.clone() } else { r.join(&theirs) };", "*r = theirs.clone();")],
    },
    {
        "name": "digest over the shown state",
        "edits": [(f"{CORE}/store/docs.rs", "let r = self.accepted();\n", "let r = &self.shown;\n")],
    },
    {
        "name": "a refused seq is used again",
        "edits": [(f"{CORE}/sync/refuse.rs", "    digests.write(tx)?;\n    next_actor(tx)?;\n", "    digests.write(tx)?;\n")],
    },
    {
        "name": "settled by a plain put",
        "edits": [
            (
                f"{MODEL}/crdt/author.rs",
                "if is_settlement && !pred.is_empty() {\n            ops.push(Op { key: edit.key.clone(), body: OpBody::Delete, pred });\n            ops.push(put(Vec::new()));",
                "if is_settlement && !pred.is_empty() {\n            ops.push(put(pred));",
            )
        ],
    },
    {
        "name": "cleared by a delete",
        "edits": [
            (
                f"{MODEL}/crdt/author.rs",
                "} else {\n            ops.push(put(pred));",
                "} else if edit.value.is_null() && !pred.is_empty() {\n            ops.push(Op { key: edit.key.clone(), body: OpBody::Delete, pred });\n        } else {\n            ops.push(put(pred));",
            )
        ],
    },
    {
        "name": "pred outside the change's past",
        "edits": [(f"{MODEL}/crdt/author.rs", "self.heads.iter().map(|head| head.hash).chain(own_hash)", "self.heads.iter().skip(1).map(|head| head.hash).chain(own_hash)")],
    },
    {
        "name": "pull leaves out what the device ever pushed",
        "edits": [
            (
                f"{SERVER}/push/mod.rs",
                "    push.note_unsent(request)?;\n",
                "    push.note_unsent(request)?;\n    for seq in 1..=last {\n        push.out.commands.insert(inner.keys.opaque(&device.id, seq));\n    }\n",
            )
        ],
    },
    {
        "name": "claimed time decides the order of steps",
        # an id begins with the time its author's clock claimed
        "edits": [(f"{MODEL}/cases.rs", "(s.received_at.unwrap_or(i64::MAX), if", "(0, if")],
    },
    {
        "name": "a replay under the new stamp",
        "edits": [(f"{CORE}/sync/refuse.rs", "writer.command_as(intent, Some(s.seq), Some(s.command.policy))", "writer.command_as(intent, Some(s.seq), None)")],
    },
    {
        "name": "what a form showed is not translated",
        "edits": [(f"{CORE}/sync/refuse.rs", "seen.iter().flat_map(|o| translate(o, &became)).collect()", "seen.clone()")],
    },
    {
        "name": "the server commits without FULL",
        "edits": [(f"{SERVER}/store/mod.rs", '"synchronous", "full"', '"synchronous", "normal"')],
        "test": ("sync-server", "a_commit_is_on_disk_before_it_is_answered"),
    },
]
