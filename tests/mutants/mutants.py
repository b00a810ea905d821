"""The mutants: one broken rule of merging and sync each. `edits` are (file, old text, new text); where the new text says MUTANT the rule is
broken when this mutant is named, so that one build holds all of them. `test` names the package, the target and the test that finds it where
the simulation cannot see the difference: nothing in it loses what the disk has taken, its bundles have one page, what a settlement leaves
for a later write is told by the library it is compared with, and what a cursor without its mark leaves unequal is found by the digests and mended."""

CORE, SERVER, MODEL = "app/core/src", "sync-server/src", "shared-model/src"

MUTANTS = [
    {
        "name": "a snapshot replaces instead of joining",
        "edits": [(f"{CORE}/sync/pages.rs", "*r = if r.clock.is_empty() {", "*r = if MUTANT || r.clock.is_empty() {")],
    },
    {
        "name": "digest over the shown state",
        "edits": [
            (f"{CORE}/store/docs.rs", "let r = self.accepted();\n", "let r = if MUTANT { &self.shown } else { self.accepted() };\n")
        ],
    },
    {
        "name": "a refused seq is used again",
        "edits": [
            (
                f"{CORE}/sync/refuse.rs",
                "    digests.write(tx)?;\n    next_actor(tx)?;\n",
                "    digests.write(tx)?;\n    if !MUTANT {\n        next_actor(tx)?;\n    }\n",
            )
        ],
    },
    {
        "name": "settled by a plain put",
        "edits": [
            (
                f"{MODEL}/crdt/author.rs",
                "if is_settlement && !pred.is_empty() {",
                "if is_settlement && !pred.is_empty() && !MUTANT {",
            )
        ],
        "test": ("shared-model", "crdt_author", "settling_leaves_an_operation_even_when_the_winner_is_picked"),
    },
    {
        "name": "cleared by a delete",
        "edits": [
            (
                f"{MODEL}/crdt/author.rs",
                "} else {\n            ops.push(put(pred));",
                "} else if MUTANT && edit.value.is_null() && !pred.is_empty() {\n"
                "            ops.push(Op { key: edit.key.clone(), body: OpBody::Delete, pred });\n"
                "        } else {\n            ops.push(put(pred));",
            )
        ],
    },
    {
        "name": "pred outside the change's past",
        "edits": [
            (
                f"{MODEL}/crdt/author.rs",
                "self.heads.iter().map(|head| head.hash).chain(own_hash)",
                "self.heads.iter().skip(usize::from(MUTANT)).map(|head| head.hash).chain(own_hash)",
            )
        ],
    },
    {
        "name": "pull leaves out what the device ever pushed",
        "edits": [
            (
                f"{SERVER}/push/mod.rs",
                "    push.note_unsent(request)?;\n",
                "    push.note_unsent(request)?;\n"
                "    if MUTANT {\n"
                "        push.out.commands.extend((1..=last).map(|seq| inner.keys.opaque(&device.id, seq)));\n"
                "    }\n",
            )
        ],
    },
    {
        "name": "an undeclared restore is ignored",
        "edits": [
            (
                f"{SERVER}/epoch.rs",
                "if !inner.store.read(|db| is_proved(db, device, request))? {",
                "if MUTANT || !inner.store.read(|db| is_proved(db, device, request))? {",
            )
        ],
    },
    {
        "name": "a bundle is built again between its pages",
        # whatever bundle is the newest goes on under the number of the page
        "edits": [
            (
                f"{SERVER}/pull/bundle.rs",
                "let found = bundles::find(db, p.id, at.at, &at.hash)?;",
                "let found = if MUTANT { bundles::latest(db, p.id)? } else { bundles::find(db, p.id, at.at, &at.hash)? };",
            ),
            (
                f"{SERVER}/pull/bundle.rs",
                "if place.goes_on(db, p)?.is_some() || !place.wants_bundle",
                "if !MUTANT && place.goes_on(db, p)?.is_some() || !place.wants_bundle",
            ),
            (
                f"{SERVER}/pull/bundle.rs",
                "Some(latest) => is_worthwhile(db, p, latest.at, pushed),",
                "Some(latest) if MUTANT => Ok(latest.at < p.head),\n"
                "        Some(latest) => is_worthwhile(db, p, latest.at, pushed),",
            ),
        ],
        "test": ("e2e", "bundles", "a_bundle_that_grows_between_two_of_its_pages_comes_whole"),
    },
    {
        "name": "a sequence of the database numbers the rows",
        "edits": [
            (
                f"{SERVER}/server_writes.rs",
                "partition.head += 1;",
                "partition.head = 1 + if MUTANT { partition.head.max(documents::rows_total(self.db)?) } else { partition.head };",
            )
        ],
    },
    {
        "name": "the server commits without FULL",
        "edits": [
            (
                f"{SERVER}/store/mod.rs",
                '"wal")?;\n    db.pragma_update(None, "synchronous", "full")?;',
                '"wal")?;\n    db.pragma_update(None, "synchronous", if MUTANT { "normal" } else { "full" })?;',
            )
        ],
        "test": ("sync-server", None, "a_commit_is_on_disk_before_it_is_answered"),
    },
    {
        "name": "claimed time decides the order of steps",
        # an id begins with the time that its author's clock claimed
        "edits": [
            (
                f"{MODEL}/cases/fold.rs",
                "(s.received_at.unwrap_or(i64::MAX), if",
                "(if MUTANT { 0 } else { s.received_at.unwrap_or(i64::MAX) }, if",
            )
        ],
        "test": ("shared-model", None, "two_dispatches_made_apart_both_stay_and_one_is_marked"),
    },
    {
        "name": "grants from a pushed unit tree",
        # a unit that is pushed says itself where it stands, though it stands elsewhere already
        "edits": [
            (
                f"{SERVER}/push/ask.rs",
                'Some(_) => return refuse("other_grid"),\n            None => {}',
                'Some(_) if !MUTANT => return refuse("other_grid"),\n            _ => {}',
            )
        ],
    },
    {
        "name": "a snapshot is taken as proof of deletion",
        "edits": [
            (
                f"{CORE}/sync/pages.rs",
                "    note_damaged(db, page, damaged)?;\n    set_cursor",
                "    if MUTANT && page.bundle_pages == Some(1) {\n"
                "        into.write()?;\n"
                "        let there: BTreeSet<DocId> = page.rows.iter().map(|r| doc_of(&r.body)).collect();\n"
                "        for (id, kind) in crate::sync::leave::shown_in(db, page.unit, page.class)? {\n"
                "            if !there.contains(&id) {\n"
                "                docs::drop(db, id, kind)?;\n"
                "                into.touched.insert(id.record, kind);\n"
                "            }\n"
                "        }\n"
                "    }\n"
                "    note_damaged(db, page, damaged)?;\n    set_cursor",
            )
        ],
    },
    {
        "name": "a bundle skips purge rows",
        "edits": [
            (f"{SERVER}/pull/pages.rs", "if chosen.is_new && !self.add_removals", "if !MUTANT && chosen.is_new && !self.add_removals")
        ],
    },
    {
        "name": "a replay under the new stamp",
        "test": ("e2e", "handover", "what_is_written_again_counts_under_the_stamp_it_was_written_under"),
        "edits": [
            (
                f"{CORE}/sync/refuse.rs",
                "writer.command_as(intent, Some(s.seq), Some(s.command.policy))",
                "writer.command_as(intent, Some(s.seq), (!MUTANT).then_some(s.command.policy))",
            )
        ],
    },
    {
        "name": "a cursor without its mark",
        "test": ("sync-server", "backup", "a_log_that_grew_beyond_a_cursor_after_it_was_set_back_is_told_by_the_mark"),
        "edits": [
            (f"{SERVER}/epoch.rs", "if known != Some(c.mark) {", "if known != Some(c.mark) && !(MUTANT && known.is_some()) {"),
            (f"{SERVER}/epoch.rs", "if seq < c.seq || mark == c.mark {", "if MUTANT || seq < c.seq || mark == c.mark {"),
            (
                f"{SERVER}/pull/bundle.rs",
                "documents::mark_at(db, p.id, c.seq)? == Some(c.mark)",
                "documents::mark_at(db, p.id, c.seq)?.is_some_and(|mark| MUTANT || mark == c.mark)",
            ),
        ],
    },
    {
        "name": "the server's actor is kept over an epoch",
        "test": ("sync-server", "backup", "the_server_writes_under_another_actor_in_each_epoch"),
        "edits": [
            (
                f"{SERVER}/server_writes.rs",
                "nonce[8..].copy_from_slice(&epoch.to_be_bytes());",
                "nonce[8..].copy_from_slice(&(if MUTANT { 1 } else { epoch }).to_be_bytes());",
            )
        ],
    },
    {
        "name": "what a form showed is not translated",
        "test": ("e2e", "refusals", "what_a_form_showed_is_understood_after_the_refusal_too"),
        "edits": [
            (
                f"{CORE}/sync/refuse.rs",
                "*seen = seen.iter().flat_map(|o| translate(o, &became)).collect();",
                "if !MUTANT {\n                        *seen = seen.iter().flat_map(|o| translate(o, &became)).collect();\n                    }",
            )
        ],
    },
]
