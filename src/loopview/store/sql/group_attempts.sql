-- title: Failures of a group
-- answers: the failures of one group, newest first: what was tried, and whether the same had been tried before
-- parameters: by varchar = fingerprint, group varchar, since timestamp, limit bigint = 500, once boolean = true
-- chart: table
with seen as not materialized (
    select * from failures
    where ($since::timestamp is null or ts >= $since::timestamp)
      and ($by::varchar <> 'fingerprint' or fingerprint = $group::varchar)
),
-- an attempt with the number and the fingerprint of a failed cycle is that failure, written down a second time
tried as (
    select number, fingerprint, arg_max(action, line) as action, bool_or(gate = 'blocked') as blocked
    from seen where kind = 'attempt' and number is not null group by all
),
once as (
    select seen.* replace (
        case when kind = 'cycle' and $once::boolean then tried.action else seen.action end as action,
        case when kind = 'cycle' and $once::boolean and tried.blocked then 'blocked' else gate end as gate
    )
    from seen left join tried on tried.number = seen.number and tried.fingerprint = seen.fingerprint
    where kind = 'cycle' or not $once::boolean or not exists (
        select 1 from seen as cycle
        where cycle.kind = 'cycle' and cycle.number = seen.number and cycle.fingerprint = seen.fingerprint
    )
)
select kind, number, ts, gate, issue, type, action, text, duration, fingerprint, source, generation, line,
       row_number() over (partition by kind, source order by line) = 1 as is_first,
       action is not null and row_number() over (partition by kind, trim(action) order by source, line) > 1 as is_repeat
from once
where case $by::varchar when 'issue' then coalesce(issue, '') when 'type' then coalesce(type, '')
           else fingerprint end = $group::varchar
order by ts desc nulls last, line desc
limit $limit::bigint
