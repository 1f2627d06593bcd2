-- title: Epoch by epoch
-- answers: cycles, success, median seconds and net lines of each epoch of the loop
-- chart: line
select coalesce(nullif(epoch, ''), '(none)') as epoch, count(*) as cycles, count_if(success is true) as ok,
       round(count_if(success is true) / count(*), 3) as ok_rate,
       round(median(case when duration > 0 then duration end), 1) as p50_seconds,
       sum(coalesce(lines_added, 0)) - sum(coalesce(lines_removed, 0)) as net_lines,
       min(ts) as first, max(ts) as last
from cycles
group by 1
order by min(line)
