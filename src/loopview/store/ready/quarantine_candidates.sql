-- title: Quarantine candidates
-- answers: issues that failed several times since they last went well and are not set aside yet
-- parameters: failures bigint = 3, limit bigint = 50
-- chart: bars
with worked as (
    select issue, source, line, ts, success, duration, reason,
           max(case when success then line end) over (partition by source, issue) as last_ok
    from cycles
    where coalesce(issue, '') not in ('', '0', 'false', '[]', '{}', '0.0')
)
select issue, count(*) as failures, round(coalesce(sum(case when duration > 0 then duration end), 0) / 60, 1) as minutes,
       min(ts) as first, max(ts) as last, left(arg_max(reason, line), 200) as newest_reason
from worked
where success is not true and line > coalesce(last_ok, 0) and issue not in (select issue from quarantine)
group by issue
having count(*) >= $failures::bigint
order by failures desc, last desc nulls last, issue
limit $limit::bigint
