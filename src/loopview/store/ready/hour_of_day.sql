-- title: Success by hour of day
-- answers: how many cycles ended in each hour of the day (UTC), and how many of them went well
-- parameters: since timestamp
-- chart: bars
select hour(ts) as hour, count(*) as cycles, count_if(success is true) as ok,
       round(count_if(success is true) / count(*), 3) as ok_rate,
       round(median(case when duration > 0 then duration end), 1) as p50_seconds
from cycles
where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
group by 1
order by 1
