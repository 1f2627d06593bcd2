-- title: Success by day of the week
-- answers: how many cycles ended on each day of the week (UTC), and how many of them went well
-- parameters: since timestamp
-- chart: bars
select isodow(ts) as day, any_value(dayname(ts)) as name, count(*) as cycles, count_if(success is true) as ok,
       round(count_if(success is true) / count(*), 3) as ok_rate
from cycles
where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
group by 1
order by 1
