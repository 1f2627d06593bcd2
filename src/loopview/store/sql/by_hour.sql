-- title: By hour
-- answers: how many cycles ended in each hour, how many went well, and the net lines they brought
-- parameters: since timestamp
-- chart: bars
select make_timestamp(hour * 3600 * 1000000) as hour, n, ok, ok / n as ok_rate, net_lines
from (
    select cast(floor(epoch(ts) / 3600) as bigint) as hour,
           count(*) as n,
           count_if(success is true) as ok,
           coalesce(sum(lines_added), 0) - coalesce(sum(lines_removed), 0) as net_lines
    from cycles
    where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
    group by 1
)
order by 1
