-- title: Day by day
-- answers: cycles, success, median seconds, net lines and merged pull requests of each day
-- parameters: since timestamp
-- chart: line
select date_trunc('day', ts)::date as day, count(*) as cycles, count_if(success is true) as ok,
       round(count_if(success is true) / count(*), 3) as ok_rate,
       round(median(case when duration > 0 then duration end), 1) as p50_seconds,
       sum(coalesce(lines_added, 0)) - sum(coalesce(lines_removed, 0)) as net_lines,
       count_if(coalesce(pr, '') not in ('', '0', 'false', '[]', '{}', '0.0')) as merged
from cycles
where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
group by 1
order by 1
