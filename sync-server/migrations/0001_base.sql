-- The server's first schema. Ids of records and units are 16-byte blobs, times are unix milliseconds, sequence numbers are dense from 1.
-- Written once by `Server::open`; a released migration is frozen and a column never changes meaning.

create table meta (
  key text primary key not null,
  value text not null
) strict, without rowid;

create table epoch (
  id integer primary key not null,
  parent integer not null,
  begun_at integer not null,
  -- device whose cursor proved the restore; null for the first epoch
  proved_by blob
) strict;

create table epoch_fork (
  epoch integer not null references epoch (id),
  unit blob not null,
  class integer not null,
  seq integer not null,
  primary key (epoch, unit, class)
) strict, without rowid;

-- The tree that grants: only from `init`, accepted make_unit commands and server commands, never from pushed documents.
-- `meta.tree` counts its versions; a unit is never deleted.
create table unit (
  id blob primary key not null,
  code text not null,
  parent blob,
  kind text not null,
  name text not null,
  made_at integer not null,
  -- goes up with every move and with closing; a server command names the one it expects
  version integer not null,
  closed_at integer
) strict, without rowid;

create index unit_by_code on unit (code) where code <> '';

-- Under which parent a unit stood from which version of the tree on: an old policy stamp is judged over the tree as it stood then.
create table unit_parent (
  unit blob not null references unit (id),
  since integer not null,
  parent blob,
  primary key (unit, since)
) strict, without rowid;

create table unit_successor (
  unit blob not null references unit (id),
  successor blob not null references unit (id),
  primary key (unit, successor)
) strict, without rowid;

create table person (
  id blob primary key not null,
  name text not null
) strict, without rowid;

-- Roles at units with their terms, by the server's clock: from `from_at` (inclusive) to `until_at` (exclusive).
create table membership (
  record blob primary key not null,
  person blob not null references person (id),
  role integer not null,
  unit blob not null references unit (id),
  from_at integer not null,
  until_at integer,
  -- 0 not begun, 1 live, 2 over; only live ones grant
  state integer not null,
  -- when the state changes next by the clock; null: never
  turns_at integer,
  -- membership of whoever is stood in for
  stands_for blob,
  -- a code of `post`, and whether they are a member of the party: what the office sees of a team; it grants nothing
  post text,
  party integer not null default 0,
  version integer not null
) strict, without rowid;

create index membership_by_person on membership (person);
create index membership_by_place on membership (role, unit);
create index membership_by_unit on membership (unit) where state = 1;
create index membership_by_turn on membership (turns_at) where turns_at is not null;

create table invite (
  -- SHA-256 of the token; the token itself is never stored
  token_hash blob primary key not null,
  person blob not null references person (id),
  role integer not null,
  unit blob not null references unit (id),
  auto_confirm integer not null,
  made_at integer not null,
  expires_at integer not null,
  used_at integer,
  taken_back_at integer,
  -- the device that used it; a used invite is kept, so that a second use is known for one
  device blob
) strict, without rowid;

-- What the office should see about invites and devices, for thirty days.
create table alarm (
  id integer primary key not null,
  at integer not null,
  kind text not null,
  name text not null,
  unit blob not null,
  device blob
) strict;

create index alarm_by_time on alarm (at);

create table device (
  id blob primary key not null,
  public_key blob not null unique,
  nonce blob not null,
  person blob not null references person (id),
  role integer not null,
  unit blob not null references unit (id),
  -- unconfirmed, active, revoked, wiped
  state text not null,
  cloned integer not null,
  digits text not null,
  enrolled_at integer not null,
  confirmed_at integer,
  seen_at integer,
  -- why and since when it is revoked, and when it proved that it was wiped
  reason text,
  revoked_at integer,
  wiped_at integer,
  -- roles at its last contact while it was trusted (CBOR): what it holds
  held blob not null default x'80',
  -- highest counter of an actor it wrote with
  counter integer not null,
  -- current policy stamp, and the highest that the device named
  policy integer not null,
  policy_named integer not null,
  -- commands it had not handed over when it was last heard of
  unsent integer not null default 0,
  -- the machine that it shares with other accounts; null: a device of one person
  node blob,
  node_name text,
  -- version of the app at its last contact
  app text
) strict, without rowid;

create index device_by_person on device (person);

-- Nonces of requests that changed something; pure reads are remembered in memory only.
create table nonce (
  device blob not null,
  nonce blob not null,
  at integer not null,
  primary key (device, nonce)
) strict, without rowid;

create index nonce_by_time on nonce (at);

-- Policy stamps of a device: the version of the tree that each was made over, and when it ended (null: it lasts).
create table policy_stamp (
  device blob not null references device (id),
  policy integer not null,
  tree integer not null,
  ended_at integer,
  primary key (device, policy)
) strict, without rowid;

-- The roots (unit, role) under each stamp.
create table policy_root (
  device blob not null references device (id),
  policy integer not null,
  role integer not null,
  unit blob not null,
  primary key (device, policy, role, unit)
) strict, without rowid;

-- Commands not yet judged when the device first named a policy: late work is these and no others.
create table late_work (
  device blob not null references device (id),
  seq integer not null,
  digest blob not null,
  primary key (device, seq)
) strict, without rowid;

create table actor (
  actor blob primary key not null,
  -- null for the server's own
  device blob,
  person blob,
  name text not null,
  role integer not null
) strict, without rowid;

create table partition (
  id integer primary key not null,
  unit blob not null,
  class integer not null,
  head integer not null,
  -- 128-bit sum, big endian
  digest blob not null,
  mark blob not null,
  -- head in the last verified backup that this database knows
  safe integer not null default 0,
  -- up to this seq changes and snapshots have left the log: whoever stands before it begins with a bundle
  compacted integer not null default 0,
  unique (unit, class)
) strict;

create table document (
  id integer primary key not null,
  -- record, class, generation: 19 bytes
  doc blob not null unique,
  record blob not null,
  kind integer not null,
  -- of a step: its case; of an attachment: what it belongs to
  parent blob,
  partition integer not null references partition (id),
  -- Registers::encode_full
  registers blob not null,
  -- who made it
  person blob,
  first_at integer not null,
  last_at integer not null
) strict;

create index document_by_record on document (record);
create index document_by_partition on document (partition);
create index document_by_parent on document (parent) where parent is not null;

-- Photos and recordings that attachments name. Who may read one, who may bring it and how long it stays follows from these.
create table media_named (
  -- sha256, lower-case hex
  hash text not null,
  document integer not null references document (id) on delete cascade,
  primary key (hash, document)
) strict, without rowid;

create index media_named_by_document on media_named (document);

-- Blobs that no document names any more: those of erased ones go at once (0), others that were found without a name after a while.
create table media_gone (
  hash text primary key not null,
  since integer not null
) strict, without rowid;

create trigger media_named_gone after delete on media_named begin
  insert or replace into media_gone (hash, since) values (old.hash, 0);
end;

-- Photos and recordings on their way here. What is whole lies in the store of blobs and nowhere else.
create table upload (
  id blob primary key not null,
  device blob not null,
  hash text not null,
  bytes integer not null,
  taken integer not null,
  is_done integer not null,
  -- from when its bytes count among those of a day; 0: they were here already
  begun_at integer not null,
  at integer not null
) strict, without rowid;

create index upload_by_device on upload (device, hash);

-- Every accepted change, for ever.
create table archive (
  id integer primary key not null,
  document integer not null references document (id),
  hash blob not null,
  actor blob not null,
  seq integer not null,
  start_op integer not null,
  max_op integer not null,
  -- clock of its causal past, itself included
  clock blob not null,
  bytes blob not null,
  received_at integer not null,
  command blob not null,
  unique (document, hash),
  unique (document, actor, seq)
) strict;

-- What every device that holds the partition is told, in order. A row may lose its body (compaction, erasure); seq and mark stay.
create table log (
  partition integer not null references partition (id),
  seq integer not null,
  received_at integer not null,
  command blob not null,
  -- 0 body gone, 1 change, 2 snapshot (a document placed here), 3 purge, 4 unshare
  what integer not null,
  doc blob not null,
  kind integer not null,
  -- of a change: its row in the archive
  change integer references archive (id),
  -- of a snapshot: Registers::encode_full, and when the document was first received
  registers blob,
  first_at integer,
  -- of a snapshot placed by a share: unit of the document's home
  home blob,
  mark blob not null,
  primary key (partition, seq)
) strict, without rowid;

create index log_by_doc on log (doc);
create index log_by_change on log (change) where change is not null;

-- Documents that are shown in a partition beside their home: shared up, or to an assignee.
create table placement (
  partition integer not null references partition (id),
  document integer not null references document (id),
  primary key (partition, document)
) strict, without rowid;

create index placement_by_document on placement (document);

-- Who was shown which case, by whom, up to which class, from when to when. Kept for ever: it is the record of what left the home unit.
create table share (
  id integer primary key,
  record blob not null,
  -- unit of the partitions it is placed in: a unit of the tree, or the membership it is shown to by name
  target blob not null,
  unit blob not null,
  by_name integer not null,
  role integer not null,
  up_to integer not null,
  asked_by blob not null,
  began_at integer not null,
  ended_by blob,
  ended_at integer
) strict;

create index share_by_record on share (record, target);
create index share_by_target on share (target) where ended_at is null;

-- Verdicts are kept for ever.
create table command (
  device blob not null,
  seq integer not null,
  digest blob not null,
  opaque blob not null,
  name text not null,
  policy integer not null,
  replaces integer,
  -- refused command that this one adopted, by its opaque id
  adopts blob,
  verdict blob not null,
  received_at integer not null,
  primary key (device, seq)
) strict, without rowid;

create index command_by_opaque on command (opaque);
create index command_by_adopted on command (adopts) where adopts is not null;
create index command_by_replaced on command (device, replaces) where replaces is not null;

-- Refused commands whole, for the office and for adoption.
create table quarantine (
  opaque blob not null,
  digest blob not null,
  device blob not null,
  seq integer not null,
  reason text not null,
  bytes blob not null,
  received_at integer not null,
  -- open; discarded or resent by its author; adopted, returned or filed by the office; stale: too late, nobody needs to look at it
  state text not null,
  -- what its author asked the office, last
  asked text,
  asked_at integer,
  -- who of the office adopted or returned it, when, with which word, and whether its author has heard of it
  resolved_by text,
  resolved_at integer,
  words text not null default '',
  told integer not null default 1,
  primary key (opaque, digest)
) strict, without rowid;

create index quarantine_waiting on quarantine (received_at) where state in ('open', 'discarded');
create index quarantine_by_device on quarantine (device, seq);

-- What stands on a refused change is superseded, never waited for.
create table refused_change (
  doc blob not null,
  hash blob not null,
  device blob not null,
  seq integer not null,
  primary key (doc, hash)
) strict, without rowid;

-- Documents that a refused command would have made.
create table refused_document (
  record blob not null,
  doc blob not null,
  device blob not null,
  seq integer not null,
  primary key (record, device, doc)
) strict, without rowid;

-- A refused (actor, seq) is never used again: the actor is closed in that document.
create table closed_actor (
  doc blob not null,
  actor blob not null,
  primary key (doc, actor)
) strict, without rowid;

create table bundle (
  id integer primary key not null,
  partition integer not null references partition (id),
  at integer not null,
  hash blob not null,
  mark blob not null,
  pages integer not null,
  superseded_at integer
) strict;

create index bundle_by_partition on bundle (partition, at);

create table bundle_page (
  bundle integer not null references bundle (id) on delete cascade,
  page integer not null,
  rows blob not null,
  actors blob not null,
  primary key (bundle, page)
) strict, without rowid;

-- What was erased: which kind of record, why, by whom. Nothing of what it was about.
create table erasure (
  -- opaque id of the command that asked for it
  id blob primary key not null,
  at integer not null,
  record blob not null,
  kind integer not null,
  reason text not null,
  asked_by text not null,
  documents integer not null
) strict, without rowid;

create index erasure_by_time on erasure (at);

-- Who did what through the server, in order; each line carries a keyed hash over itself and all before it. Only ever added to.
create table audit (
  id integer primary key not null,
  at integer not null,
  -- null: by the command line of the server
  device blob,
  person blob,
  what text not null,
  subject text not null,
  result text not null,
  hash blob not null
) strict;

create trigger audit_stays before update on audit begin
  select raise(abort, 'the audit chain is only added to');
end;

create trigger audit_keeps before delete on audit begin
  select raise(abort, 'the audit chain is only added to');
end;

-- Documents that may still name in words what was erased: the office of that unit says whether those fields go.
create table mention (
  erasure blob not null references erasure (id),
  doc blob not null,
  kind integer not null,
  unit blob not null,
  -- CBOR list of keys, never a word; empty once it is decided
  keys blob not null,
  -- open, erased, kept
  state text not null,
  decided_by text,
  primary key (erasure, doc)
) strict, without rowid;

create index mention_by_doc on mention (doc) where state = 'open';

-- Closed generations. The open one of a record and class is the highest of these plus one.
create table erased (
  record blob not null,
  class integer not null,
  generation integer not null,
  primary key (record, class, generation)
) strict, without rowid;

-- Which devices are to carry out the purge rows of an erasure in a partition, up to a seq, and when they did.
create table receipt (
  erasure blob not null references erasure (id),
  partition integer not null references partition (id),
  device blob not null references device (id),
  seq integer not null,
  at integer,
  primary key (erasure, partition, device)
) strict, without rowid;

create index receipt_open on receipt (device, partition) where at is null;
