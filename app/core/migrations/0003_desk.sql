-- What was begun and not saved: only here, sent nowhere.
create table draft (
    key text primary key,
    at integer not null,
    body text not null
) strict, without rowid;

-- What came from others and was looked at.
create table notice_seen (
    id text primary key,
    at integer not null
) strict, without rowid;
