//! Backups that are proved before they count, and what a server does that was put back to one of them.

#![allow(clippy::unwrap_used)]

mod support;

use rusqlite::Connection;
use shared_model::class::Class;
use shared_model::crdt::Edit;
use shared_model::doc::{DocId, unit_id};
use shared_model::records::Kind;
use shared_model::rules::Role;
use shared_model::wire::*;
use std::path::{Path, PathBuf};
use support::*;
use sync_server::{Error, Server, restore};
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;
const GRID_2: &str = "6101040019011002";

impl Scene {
    fn note(&mut self, text: &str) {
        self.ana.write(self.b, DocId::new(self.h, Class::Register), Kind::Household, &[Edit::put("note", text)]);
        self.ana.sync(&self.w);
        assert!(self.ana.agreed);
    }

    fn folder(&self) -> PathBuf {
        self.w.path().join("away")
    }

    fn back_up(&self) -> PathBuf {
        self.w.env.pass(1000);
        let made = self.w.server.backup(Some(&self.folder())).unwrap();
        self.folder().join(made.file)
    }

    fn restore(&mut self, from: &Path) -> u64 {
        let done = restore(self.w.path(), from, self.w.env.clone()).unwrap();
        self.w.restart();
        assert!(self.w.server.digests_hold().unwrap());
        done.epoch
    }

    fn digest(&mut self, class: Class) -> PartitionDigest {
        let b = self.b;
        let reply = self.office.send(&self.w).unwrap();
        reply.digests.into_iter().find(|d| d.unit == b && d.class == class).unwrap()
    }
}

fn names(folder: &Path, end: &str) -> Vec<String> {
    let all = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut out: Vec<String> = all.filter(|n| n.ends_with(end)).collect();
    out.sort();
    out
}

#[test]
fn a_backup_made_while_writes_happen_is_whole_and_knows_itself() {
    let s = scene();
    let (server, folder) = (s.w.server.clone(), s.folder());
    let Scene { w, mut office, b, .. } = s;
    // one backup after the other, for as long as the other thread writes
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    let env = w.env.clone();
    let backups = std::thread::spawn(move || {
        let mut files = Vec::new();
        while matches!(is_done.try_recv(), Err(std::sync::mpsc::TryRecvError::Empty)) || files.is_empty() {
            env.pass(1);
            files.push(folder.join(server.backup(Some(&folder)).unwrap().file));
        }
        files
    });
    for n in 0..40 {
        office.make_household(b, &format!("2{n:02}"));
        office.sync(&w);
    }
    drop(done);
    let mut heads = Vec::new();
    for file in backups.join().unwrap() {
        let db = Connection::open(&file).unwrap();
        let wrong: i64 = db.query_row("select count(*) from partition where safe <> head", [], |r| r.get(0)).unwrap();
        assert_eq!(wrong, 0, "the copy knows how far it goes");
        assert_eq!(db.query_row("pragma journal_mode", [], |r| r.get::<_, String>(0)).unwrap(), "delete", "one file, no side file");
        heads.push(db.query_row("select sum(head) from partition", [], |r| r.get::<_, i64>(0)).unwrap());
    }
    assert!(heads.is_sorted());
    assert!(names(&w.path().join("away"), ".making").is_empty());
    assert!(w.server.digests_hold().unwrap());
}

#[test]
fn what_a_verified_backup_holds_is_called_safe_and_nothing_beyond_it() {
    let mut s = scene();
    assert_eq!(s.digest(Class::Register).safe, 0);
    assert!(s.office.send(&s.w).unwrap().backed_up.is_none());
    s.back_up();
    let at_backup = s.digest(Class::Register);
    assert_eq!((at_backup.safe, at_backup.head > 0), (at_backup.head, true));
    s.note("之后");
    let after = s.digest(Class::Register);
    assert_eq!((after.safe, after.head), (at_backup.head, at_backup.head + 1));
    assert!(s.office.send(&s.w).unwrap().backed_up.is_some());
}

#[test]
fn an_old_backup_is_an_alarm_and_none_is_too() {
    let s = scene();
    assert!(s.w.server.backup_words().unwrap().contains("从未"));
    assert!(s.w.server.is_backup_due().unwrap());
    s.back_up();
    assert!(!s.w.server.backup_words().unwrap().contains("小时") && !s.w.server.is_backup_due().unwrap());
    s.w.env.pass(27 * HOUR_MS);
    assert!(s.w.server.backup_words().unwrap().contains("超过 26 小时"));
    assert!(s.w.server.is_backup_due().unwrap());
}

#[test]
fn backups_leave_after_thirty_days_and_the_newest_stays() {
    let s = scene();
    let first = s.back_up();
    std::fs::write(s.folder().join("别人的.db"), "别人的").unwrap();
    std::fs::write(first.with_extension("db.making"), "做了一半").unwrap();
    s.w.env.pass(20 * 24 * HOUR_MS);
    let second = s.back_up();
    assert!(first.exists() && second.exists());
    s.w.env.pass(11 * 24 * HOUR_MS);
    let third = s.back_up();
    assert!(!first.exists() && !first.with_extension("json").exists() && second.exists());
    s.w.env.pass(100 * 24 * HOUR_MS);
    let fourth = s.back_up();
    assert!(!second.exists() && !third.exists() && fourth.exists());
    assert_eq!(names(&s.folder(), ".db").len(), 2, "what is not ours stays");
    assert!(names(&s.folder(), ".making").is_empty());
}

#[cfg(unix)]
#[test]
fn a_folder_of_backups_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let s = scene();
    s.back_up();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&s.folder()), 0o700);
    assert_eq!(mode(&s.folder().join("server.key")), 0o600);
}

#[test]
fn a_backup_that_cannot_be_proved_gets_no_name_and_does_not_count() {
    let s = scene();
    let db = Connection::open(s.w.path().join("server.db")).unwrap();
    db.execute("update partition set digest = zeroblob(16) where head > 0", []).unwrap();
    assert!(matches!(s.w.server.backup(Some(&s.folder())), Err(Error::Damaged(_))));
    assert!(names(&s.folder(), ".db").is_empty() && names(&s.folder(), ".making").is_empty());
    assert!(s.w.server.last_backup().unwrap().is_none());
}

#[test]
fn a_declared_restore_begins_an_epoch_at_the_heads_of_the_backup_and_moves_the_old_aside() {
    let mut s = scene();
    let backup = s.back_up();
    let before = s.digest(Class::Register);
    s.note("备份之后");
    assert_eq!(s.restore(&backup), 2);
    let aside = names(s.w.path(), "Z").into_iter().find(|n| n.starts_with("server.db.before-")).unwrap();
    let old = Connection::open(s.w.path().join(aside)).unwrap();
    assert!(old.query_row("select count(*) from archive", [], |r| r.get::<_, i64>(0)).unwrap() > 0, "nothing is deleted");
    let reply = s.ana.send(&s.w).unwrap();
    assert_eq!(reply.epoch, 2);
    let (b, last) = (s.b, reply.epochs.last().unwrap().clone());
    assert_eq!((last.id, last.parent), (2, 1));
    assert!(last.forks.contains(&(b, Class::Register, before.head)));
    assert_eq!(reply.known, s.ana.seq - 1, "the last number that the server still knows");
    let held: Vec<Uuid> = s.ana.grants.as_ref().unwrap().units.iter().map(|(u, _)| *u).collect();
    assert!(last.forks.iter().all(|(unit, _, _)| held.contains(unit)), "forks of what the device holds, and of nothing else");
    assert!(!reply.pages.iter().any(|p| p.unit == b), "it goes on from the fork, not from the beginning");
}

#[test]
fn an_epoch_number_is_never_given_out_twice() {
    let mut s = scene();
    let backup = s.back_up();
    assert_eq!(s.restore(&backup), 2);
    s.note("第二期");
    s.ana.sync(&s.w);
    assert_eq!(s.restore(&backup), 3, "the backup knows of the first epoch only");
    let reply = s.ana.send(&s.w).unwrap();
    let chain: Vec<(u64, u64)> = reply.epochs.iter().map(|e| (e.id, e.parent)).collect();
    assert_eq!(chain, [(1, 0), (2, 1), (3, 1)]);
    assert!(!reply.pages.iter().any(|p| p.unit == s.b), "through the common parent it goes on from the fork");
}

#[test]
fn a_backup_that_was_bent_is_refused_and_nothing_is_touched() {
    let mut s = scene();
    let backup = s.back_up();
    s.note("之后");
    let mut bytes = std::fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&backup, &bytes).unwrap();
    let refused = |from: &Path| restore(s.w.path(), from, s.w.env.clone()).unwrap_err().code();
    assert_eq!(refused(&backup), "damaged");
    // without a manifest the file itself is looked at
    let alone = s.w.path().join("alone.db");
    std::fs::write(&alone, &bytes[..middle]).unwrap();
    assert_eq!(refused(&alone), "damaged");
    assert_eq!(refused(&s.w.path().join("none.db")), "not_found");
    assert!(names(s.w.path(), "Z").is_empty());
    s.note("照常");
}

#[test]
fn a_new_machine_goes_on_from_the_folder_of_backups_alone() {
    let mut s = scene();
    s.back_up();
    let backup = s.back_up();
    s.w.server.revoke(&s.ana.id, shared_model::devices::RevokeReason::Left).unwrap();
    // the ledger is copied with every backup; what it holds since is brought by hand or was written to its second place
    std::fs::copy(s.w.path().join("ledger"), s.folder().join("ledger")).unwrap();
    let fresh = tempfile::tempdir().unwrap();
    assert_eq!(restore(fresh.path(), &backup, s.w.env.clone()).unwrap().epoch, 2);
    s.w.server = Server::open(fresh.path(), s.w.env.clone()).unwrap();
    s.office.sync(&s.w);
    assert!(s.office.agreed, "the same keys, so the devices go on");
    // a stopped device hears of the epoch first, so that it can give back what it had handed over
    s.ana.epoch = s.ana.send(&s.w).unwrap().epoch;
    assert_eq!(s.ana.send(&s.w).unwrap_err().1.code, "revoked", "stopped after the backup, and stopped still");
}

#[test]
fn without_the_keys_nothing_is_restored() {
    let s = scene();
    let backup = s.back_up();
    std::fs::remove_file(s.folder().join("server.key")).unwrap();
    let fresh = tempfile::tempdir().unwrap();
    assert_eq!(restore(fresh.path(), &backup, s.w.env.clone()).unwrap_err().code(), "no_keys");
    assert!(!fresh.path().join("server.db").exists());
}

/// Copies the folder, lets `then` happen, and puts the copy back without telling anybody.
fn set_back(s: &mut Scene, then: impl FnOnce(&mut Scene)) {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(s.w.path(), copy.path());
    then(s);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(s.w.path().join(format!("server.db{end}")));
    }
    copy_folder(copy.path(), s.w.path());
    s.w.restart();
}

#[test]
fn a_folder_copied_back_is_proved_by_a_cursor_and_forks_at_the_last_backup_it_knows() {
    let mut s = scene();
    s.back_up();
    let safe = s.digest(Class::Register).head;
    s.note("备份之后，副本之前");
    set_back(&mut s, |s| s.note("副本之后"));
    let reply = s.ana.send(&s.w).unwrap();
    assert_eq!(reply.epoch, 2);
    assert!(reply.epochs[1].forks.contains(&(s.b, Class::Register, safe)));
    let again = reply.pages.iter().find(|p| p.unit == s.b && p.class == Class::Register).unwrap();
    assert_eq!(again.rows[0].seq, safe + 1, "from the fork");
    assert_eq!(s.ana.send(&s.w).unwrap().epoch, 2, "asked again without having heard: still the one epoch");
}

#[test]
fn a_log_that_grew_beyond_a_cursor_after_it_was_set_back_is_told_by_the_mark() {
    let mut s = scene();
    s.office.sync(&s.w);
    set_back(&mut s, |s| s.note("副本之后"));
    // somebody who knows nothing of it writes as much in its place, and more
    let (b, doc) = (s.b, DocId::new(s.h, Class::Register));
    for text in ["另一件", "又一件"] {
        s.office.write(b, doc, Kind::Household, &[Edit::put("note", text)]);
        s.office.sync(&s.w);
    }
    let cursor = s.ana.cursors.values().find(|c| c.unit == b && c.class == Class::Register).unwrap().clone();
    assert!(cursor.seq < s.digest(Class::Register).head);
    assert_eq!(s.ana.send(&s.w).unwrap().epoch, 2);
}

#[test]
fn the_server_writes_under_another_actor_in_each_epoch() {
    let mut s = scene();
    let backup = s.back_up();
    let (b, place) = (s.b, DocId::new(s.b, Class::Common));
    let moved = |d: &mut Device, w: &World| {
        d.command("move_units", Some(Ask::MoveUnit { unit: b, parent: unit_id(GRID_2), expected: 1 }), Vec::new());
        d.sync(w);
        let parent = &d.shown(&place).live["parent"];
        assert_eq!(parent[0].value.as_str(), Some(&*unit_id(GRID_2).to_string()));
        parent[0].id
    };
    let lost = moved(&mut s.office, &s.w);
    s.restore(&backup);
    // under the same actor it would be the same number for something else, and what a reader brings back would be passed over
    let mut second = s.w.device(Role::Office, COMMUNITY, "李副主任");
    second.sync(&s.w);
    let now = moved(&mut second, &s.w);
    assert_eq!(now.counter, lost.counter);
    assert_ne!(now.actor, lost.actor);
}

#[test]
fn who_may_not_write_there_closes_nothing_by_saying_that_it_was_erased() {
    let mut s = scene();
    let backup = s.back_up();
    s.restore(&backup);
    let h = shared_model::doc::household_id(s.b, "1", "909", "");
    let offer = |d: &mut Device, w: &World| {
        let mut part = d.part(s.b, DocId::new(h, Class::Register), Kind::Household, &[Edit::put("note", "没有了")]);
        part.erase();
        let seq = d.command("edit_household", None, vec![part]);
        let command = d.pending.pop().unwrap().command;
        let commands = vec![Offered { command, verdict: None }];
        let request = OfferRequest { epoch: 2, pages: Vec::new(), commands, released: seq - 1, last: true };
        d.post::<_, OfferReply>(w, "/v1/offer", &request).unwrap().verdicts.remove(0).1
    };
    let mut firm = s.w.device(Role::Assignee, COMMUNITY, "赵物业");
    assert_eq!(offer(&mut firm, &s.w), Verdict::Need { hashes: Vec::new() });
    assert_eq!(offer(&mut s.ana, &s.w), Verdict::Erased);
}

#[test]
fn a_folder_copied_back_is_proved_by_the_number_of_a_command_alone() {
    let mut s = scene();
    set_back(&mut s, |s| {
        s.ana.make_household(s.b, "301");
        s.ana.sync(&s.w);
    });
    // the device holds no cursor that would show it
    s.ana.cursors.clear();
    let mut request = s.ana.request();
    assert_eq!(s.ana.post::<_, SyncReply>(&s.w, "/v1/sync", &request).unwrap().epoch, 1);
    request.judged = s.ana.seq;
    assert_eq!(s.ana.post::<_, SyncReply>(&s.w, "/v1/sync", &request).unwrap().epoch, 2);
}

#[test]
fn a_partition_that_is_no_longer_there_and_an_epoch_nobody_knows_prove_it_too() {
    let mut s = scene();
    set_back(&mut s, |s| {
        let b = s.office.make_building(7);
        s.office.make_household(b, "101");
        s.office.sync(&s.w);
    });
    assert_eq!(s.office.send(&s.w).unwrap().epoch, 2);
    let mut s = scene();
    s.ana.epoch = 5;
    let reply = s.ana.send(&s.w).unwrap();
    assert_eq!(reply.epoch, 6, "beyond every number that was claimed");
}

#[test]
fn what_was_written_under_a_stamp_of_a_lost_time_is_judged_by_what_is_known() {
    let mut s = scene();
    let backup = s.back_up();
    s.w.server.add_membership("安然", Role::Worker, GRID, Role::Worker, "6101040019011002").unwrap();
    s.ana.sync(&s.w);
    s.ana.sync(&s.w);
    let lost_stamp = s.ana.policy;
    let seq = s.ana.write(s.b, DocId::new(s.h, Class::Register), Kind::Household, &[Edit::put("note", "恢复之前写的")]);
    s.restore(&backup);
    s.ana.sync(&s.w);
    assert_eq!(lost_stamp, 2);
    assert_eq!(s.ana.policy, 2 << 32, "the stamp carries the epoch");
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(seq), "{:?}", s.ana.verdicts);
}
