-- title: Repeated cycle numbers
-- answers: cycle numbers that stand in a file more than once: restarts, or two writers
-- parameters: limit bigint = 100
-- chart: table
select source, cycle, count(*) as times, min(line) as first_line, max(line) as last_line, min(ts) as first, max(ts) as last
from cycles
where cycle is not null
group by source, cycle
having count(*) > 1
order by times desc, source, cycle
limit $limit::bigint
