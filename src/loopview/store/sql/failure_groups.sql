-- title: Failures in groups
-- answers: failures with the same fingerprint, issue or type: how many, since when, and the newest failure's text
-- parameters: by varchar = fingerprint, since timestamp, limit bigint = 200
-- chart: table
with seen as not materialized (
    select * from failures where $since::timestamp is null or ts >= $since::timestamp
),
-- an attempt with the number and the fingerprint of a failed cycle is that failure, written down a second time
halted as (
    select distinct number, fingerprint from seen where kind = 'attempt' and gate = 'blocked' and number is not null
),
once as (
    select seen.* replace (case when halted.number is null then gate else 'blocked' end as gate)
    from seen left join halted on halted.number = seen.number and halted.fingerprint = seen.fingerprint
    where kind = 'cycle'
    union all
    select * from seen as attempt where kind = 'attempt' and not exists (
        select 1 from seen as cycle
        where cycle.kind = 'cycle' and cycle.number = attempt.number and cycle.fingerprint = attempt.fingerprint
    )
),
picked as (
    select case $by::varchar when 'issue' then coalesce(issue, '') when 'type' then coalesce(type, '')
                else fingerprint end as "group",
           kind, gate, ts, issue, text, source, line
    from once
),
largest as (
    select "group", count(*) as n, max(ts) as last
    from picked
    group by "group"
    order by n desc, last desc nulls last, "group"
    limit $limit::bigint
),
grouped as (
    select picked."group", count(*) as n, count_if(kind = 'cycle') as cycles, count_if(kind = 'attempt') as attempts,
           count_if(gate = 'blocked') as blocked, min(ts) as first, max(ts) as last,
           count(distinct nullif(issue, '')) as issues, max(nullif(issue, '')) as issue,
           arg_max(coalesce(text, ''), line) as example, arg_max(source, line) as source, max(line) as last_line
    from picked join largest on largest."group" = picked."group"
    group by picked."group"
)
select "group", n, cycles, attempts, blocked, first, last, epoch(last) - epoch(first) as span_seconds,
       issues, issue, example, source, last_line
from grouped
order by n desc, last desc nulls last, "group"
