-- Photos and recordings, beside the store and under its key.
create table if not exists blob (
    hash text primary key,
    mime text not null,
    bytes integer not null,
    data blob not null
) strict;

-- Taken in by a screen, named by a token, and of no record yet.
create table if not exists staged (
    token text primary key,
    hash text not null,
    thumb text,
    thumb_bytes integer,
    media text not null,
    mime text not null,
    bytes integer not null,
    width integer,
    height integer,
    millis integer,
    wave text,
    at integer not null
) strict, without rowid;

-- Waits to go up.
create table if not exists queued (
    hash text primary key,
    -- the record that names it
    attachment blob not null,
    is_thumb integer not null,
    at integer not null,
    -- bytes that the server has taken
    sent integer not null default 0,
    -- its address there
    upload text,
    tries integer not null default 0,
    next_at integer not null default 0,
    -- the server does not take it: its reason
    refused text
) strict, without rowid;
create index if not exists queued_by_attachment on queued (attachment);

-- What the server said about a blob.
create table if not exists known (
    hash text primary key,
    is_there integer not null,
    at integer not null
) strict, without rowid;

create table if not exists setting (
    key text primary key,
    value integer not null
) strict, without rowid;
