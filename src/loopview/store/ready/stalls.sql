-- title: Stalls
-- answers: runs of attempts that failed with one fingerprint, K or more in a row: how long each was, and the minutes it took
-- parameters: k bigint = 3, limit bigint = 50
-- chart: bars
with rows_in_order as (
    select source, line, ts, iteration,
           case when coalesce(gate, '') <> 'pass' and trim(coalesce(fingerprint, '')) not in ('', '-')
                then trim(fingerprint) end as fingerprint
    from attempts
),
marked as (
    select *, case when fingerprint is distinct from lag(fingerprint) over (partition by source order by line)
                   then 1 else 0 end as begins
    from rows_in_order
),
numbered as (
    select *, sum(begins) over (partition by source order by line rows unbounded preceding) as run from marked
)
select fingerprint, count(*) as attempts, min(iteration) as first_iteration, max(iteration) as last_iteration,
       min(ts) as first, max(ts) as last, round((epoch(max(ts)) - epoch(min(ts))) / 60, 1) as minutes,
       source, min(line) as first_line
from numbered
where fingerprint is not null
group by source, run, fingerprint
having count(*) >= $k::bigint
order by attempts desc, last desc nulls last, first_line desc
limit $limit::bigint
