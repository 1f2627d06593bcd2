-- title: Sums of the types
-- answers: the sums over each type in order of first appearance, before anything is rounded
-- chart: table
select coalesce(type, 'unknown') as type,
       count(*) as cycles,
       count_if(success is true) as successes,
       count(case when duration > 0 then 1 end) as timed,
       coalesce(sum(case when duration > 0 then duration end), 0) as duration_sum,
       coalesce(max(case when duration > 0 then duration end), 0) as duration_max
from cycles
group by 1
order by min(line)
