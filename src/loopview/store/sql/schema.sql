-- The tables beside those of the families: sources and how far they are read, and what could not be typed.
create table sources (
    label VARCHAR, path VARCHAR, family VARCHAR, adapter VARCHAR, rank INTEGER, state VARCHAR,
    generation INTEGER, "offset" BIGINT, line BIGINT, head_length INTEGER, head_hash VARCHAR, anchor_hash VARCHAR,
    device UBIGINT, inode UBIGINT, size BIGINT, mtime_ns BIGINT,
    "rows" BIGINT, rejects BIGINT, drifted BIGINT, pending BIGINT, backlog BIGINT, restarts VARCHAR[], detail VARCHAR
);
create table rejects (
    source VARCHAR, generation INTEGER, line BIGINT, byte_offset BIGINT, byte_length BIGINT, why VARCHAR, sample VARCHAR
);
create table drifted (
    source VARCHAR, generation INTEGER, line BIGINT, byte_offset BIGINT, byte_length BIGINT,
    table_name VARCHAR, columns VARCHAR[], raw VARCHAR
);
create table unknown_keys (
    source VARCHAR, generation INTEGER, key VARCHAR, "rows" BIGINT, first_line BIGINT
);
create table marks (source VARCHAR, generation INTEGER, line BIGINT, byte_offset BIGINT);
create table meta (key VARCHAR, value VARCHAR);
create view failures as
select 'cycle' as kind, source, generation, line, ts, cycle as number, issue, type, reason as text,
       case when success is null then 'unknown' else 'fail' end as gate,
       coalesce(fingerprint, '') as fingerprint, null as action, duration
from cycles where success is distinct from true
union all
select 'attempt', source, generation, line, ts, iteration, null, null, coalesce(gate_output, note, blocked_reason),
       gate, case when trim(fingerprint) = '-' then '' else coalesce(trim(fingerprint), '') end, action, null
from attempts where gate in ('fail', 'blocked');
