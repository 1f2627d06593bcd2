-- title: By type
-- answers: how many cycles of each type there were in the window, how many went well, and how long they took
-- parameters: since timestamp
-- chart: table
select type, n, ok, ok / n as ok_rate, durations[1] as p50, durations[2] as p90
from (
    select case when type is null or type = '' then 'unknown' else type end as type,
           count(*) as n,
           count_if(success is true) as ok,
           quantile_cont(duration, [0.5, 0.9]) filter (where duration > 0) as durations
    from cycles
    where $since::timestamp is null or ts >= $since::timestamp
    group by 1
)
order by n desc, type
