-- One row a document: the merged state without its history. The winner's value of a key that has a column stands only in that column.
create table doc (
    record blob not null,
    class integer not null,
    generation integer not null,
    kind integer not null,
    unit blob not null,
    regs blob not null,
    -- where the accepted state differs from what is shown; null when nothing here is unsent; empty when nothing was ever accepted
    base blob,
    -- hash of the last change by this install's own actor, and that actor
    own_hash blob,
    own_actor blob,
    -- server's time of first and last receipt, ms
    first_at integer,
    last_at integer,
    -- commands without a verdict that touch it
    pending integer not null default 0,
    -- made by this person
    mine integer not null default 0,
    primary key (record, class, generation)
) strict, without rowid;
create index doc_by_partition on doc (unit, class);

-- The partitions in which a document counts that more than its home shows: home included, where it counts there too. A document without
-- rows counts at home only.
create table placement (
    record blob not null,
    class integer not null,
    generation integer not null,
    unit blob not null,
    primary key (record, class, generation, unit)
) strict, without rowid;
create index placement_by_partition on placement (unit, class);

-- Keys with more than one live value.
create table conflict (
    record blob not null,
    class integer not null,
    key text not null,
    kind integer not null,
    -- by the newest of its values, ms, and about how many seconds a person takes; null until the inbox looked (`commands/inbox/marks.rs`)
    at integer,
    seconds integer,
    primary key (record, class, key)
) strict, without rowid;

-- Documents that ended, were left by a move or deleted, and that the inbox has not looked at since they changed.
create table unlooked (
    record blob not null,
    class integer not null,
    primary key (record, class)
) strict, without rowid;

-- What such a document says that somebody has to look at: left behind, edited after its end, edited while deleted.
create table mark (
    record blob not null,
    class integer not null,
    rule text not null,
    kind integer not null,
    -- claimed time of what was written, ms, and the actor
    at integer not null,
    actor blob not null,
    -- what was written, as a fingerprint: a new write asks again
    facts text not null,
    primary key (record, class, rule)
) strict, without rowid;

-- What was decided on this device, with what takes it back. Sent nowhere.
create table decided (
    id integer primary key,
    item text not null,
    kind text not null,
    record blob,
    household blob,
    at integer not null,
    batch blob,
    -- what stood there before, in CBOR
    back blob not null,
    -- what was chosen, as people read it
    text text not null,
    undone integer not null default 0
) strict;
create index decided_by_batch on decided (batch) where batch is not null;

-- Cells that an import had filled and that were cleared on this device when it was taken back. Sent nowhere.
create table import_taken (
    batch blob not null,
    record blob not null,
    household blob,
    -- what stood there, in CBOR
    cells blob not null,
    primary key (batch, record)
) strict, without rowid;

-- Outbox and command log in one: a command keeps its place when it is judged.
create table command (
    seq integer primary key,
    name text not null,
    summary text not null,
    policy integer not null,
    at integer not null,
    digest blob not null,
    -- pending accepted quarantined superseded erased stale; by its author: discarded resent; seen and put away: adopted
    state text not null,
    reason text,
    -- false until the server has judged it
    judged integer not null default 0,
    -- the server knows it and waits for what it stands on; never final
    needs integer not null default 0,
    replaces integer,
    replaced_by integer,
    -- the server was set back: 1 it had a verdict and is sent again, 2 it waits for changes that the server lost
    again integer not null default 0,
    household blob,
    received_at integer,
    -- parts of it met an erasure: the author is told which fields, and nothing more
    erased integer not null default 0,
    -- without a verdict though a later one has one, see the view
    left_behind integer not null default 0,
    -- what it meant, for replay, and its wire form: last, because an import's are long and whoever asks for the state of a row would read them
    args blob not null,
    body blob not null
) strict;
create index command_left_behind on command (seq) where left_behind = 1 and judged = 0;
-- What has no verdict. Verdicts come in the order of writing, so nearly all of it is what was written since the last one; only what was
-- passed over stands in an index. An edit has no index of waiting commands to keep.
create view unjudged as
    select * from command where judged = 0 and left_behind = 1
    union all
    select * from command where judged = 0 and left_behind = 0
        and seq > coalesce((select cast(cast(value as text) as integer) from setting where key = 'judged_to'), 0);
create trigger command_unjudged_again after update of judged on command when new.judged = 0 and old.judged <> 0 begin
    update command set left_behind = 1 where seq = new.seq;
end;
create index command_again on command (seq) where again > 0;
create index command_refused on command (seq) where state in ('quarantined', 'superseded', 'stale');

-- What was said about a refused command of this device: what its author asked, and what the office did.
create table refused_note (
    seq integer primary key,
    asked text,
    asked_at integer,
    -- adopted, returned
    how text,
    words text,
    by text,
    at integer
) strict;

-- Refused commands of others that this office adopts or returns, by the command that says so.
create table refused_done (
    command blob primary key,
    seq integer not null
) strict, without rowid;

-- How far the device had pulled where an accepted command wrote: once a backup holds that, the command is let go.
create table command_place (
    seq integer not null,
    unit blob not null,
    class integer not null,
    at integer,
    primary key (seq, unit, class)
) strict, without rowid;

-- Where this device is in each partition it holds.
create table partition (
    unit blob not null,
    class integer not null,
    epoch integer not null,
    seq integer not null,
    mark blob not null,
    bundle blob,
    -- over the accepted state
    digest blob not null,
    -- false when the grant is gone and it waits for verdicts before it is dropped
    granted integer not null default 1,
    primary key (unit, class)
) strict, without rowid;

-- Pages as they came, with the server's signature, until a verified backup holds them.
create table kept_page (
    id integer primary key,
    unit blob not null,
    class integer not null,
    epoch integer not null,
    seq_to integer not null,
    received_at integer not null,
    body blob not null,
    -- the server was set back: 1 to be given back, 2 given back
    offer integer not null default 0
) strict;
create index kept_page_by_place on kept_page (unit, class, seq_to);
create index kept_page_offered on kept_page (id) where offer = 1;

create table actor (
    actor blob primary key,
    name text not null,
    role text not null
) strict, without rowid;

-- What a server command asked for, shown until the server has answered: the parent of a unit made here.
create table unit_asked (
    unit blob primary key,
    parent blob not null
) strict, without rowid;

create table setting (
    key text primary key,
    value blob not null
) strict, without rowid;

-- What is recorded about the person: reveals with their reason, imports, exports, syncs.
create table own_log (
    id integer primary key,
    at integer not null,
    what text not null,
    words text not null
) strict;

-- Per household: when it is due, and its last visit. Derived; `reproject` rebuilds it.
create table due (
    household blob primary key,
    walk text not null,
    tier text not null,
    grid blob,
    first text not null,
    reached_on text,
    tried_on text,
    visited_at integer
) strict, without rowid;

-- Households and people that went into another: the record that stays for each. Derived from the edges in their rows.
create table merged (
    record blob primary key,
    canon blob not null,
    kind integer not null
) strict, without rowid;
create index merged_by_canon on merged (canon);

-- Closed by an erasure: what is written next of this record in this class is of the generation after it.
create table generation (
    record blob not null,
    class integer not null,
    closed integer not null,
    primary key (record, class)
) strict, without rowid;

-- Erased documents that kept pages and commands may still speak of.
create table purge_todo (
    record blob not null,
    class integer not null,
    generation integer not null,
    primary key (record, class, generation)
) strict, without rowid;

-- Purge rows carried out here, up to a seq; sent once the files of the store hold nothing of them.
create table receipt (
    unit blob not null,
    class integer not null,
    seq integer not null,
    ready integer not null,
    primary key (unit, class)
) strict, without rowid;
