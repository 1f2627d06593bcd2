-- the index of a repository's code: its files, what they define, what they import, and their words
create table file (
    number integer primary key,
    path text not null unique,
    content text not null,  -- id of the content; empty where it was never read
    stamp text not null,    -- what the file system said when it was read; empty where that is not to be trusted
    size integer not null,
    weight real not null,   -- what a match in it counts: less in a test
    module text not null,   -- dotted name; empty where it is no Python file
    failure text not null,  -- why it could not be read; empty where it could
    imports text not null,  -- JSON
    facts text not null     -- the rest as JSON; empty where there are none
);
create table link (
    importer text not null,
    imported text not null,
    named integer not null, -- 0: only run on the way to the module that is named
    primary key (importer, imported)
) without rowid;
create index link_imported on link (imported);
create virtual table search using fts5 (names, path, docs, tokenize = '{TOKENIZER}');
