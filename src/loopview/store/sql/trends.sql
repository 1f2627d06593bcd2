-- title: Window against the one before
-- answers: cycles, success, durations, net lines and merged pull requests in the window and in the one of equal length before it
-- parameters: since timestamp
-- chart: tiles
with parted as (
    select case when $since::timestamp is null or ts >= $since::timestamp then 'window' else 'previous' end as part,
           success, duration, lines_added, lines_removed, pr
    from cycles
    where $since::timestamp is null
       or ts >= $since::timestamp - (coalesce($now::timestamp, (select max(ts) from cycles)) - $since::timestamp)
),
parts as (select 'window' as part, 1 as place union all select 'previous', 2),
counted as (
    select part,
           count(*) as n,
           count_if(success is true) as ok,
           quantile_cont(duration, [0.5, 0.9]) filter (where duration > 0) as durations,
           avg(duration) filter (where duration > 0) as mean_duration,
           coalesce(sum(lines_added), 0) - coalesce(sum(lines_removed), 0) as net_lines,
           count_if(pr is not null and pr <> '' and pr <> '0' and pr <> 'false'
                    and pr <> '[]' and pr <> '{}' and pr <> '0.0') as merged
    from parted
    group by part
)
select parts.part, coalesce(n, 0) as n, coalesce(ok, 0) as ok, ok / n as ok_rate,
       durations[1] as p50, durations[2] as p90, mean_duration,
       coalesce(net_lines, 0) as net_lines, coalesce(merged, 0) as merged
from parts left join counted on counted.part = parts.part
order by parts.place
