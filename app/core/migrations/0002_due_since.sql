-- The day from which a first visit is laid out: it may change when two people made the same household apart.
alter table due add column since text;
