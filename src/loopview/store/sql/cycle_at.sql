-- title: Cycle at a moment
-- answers: the newest cycle that had ended by then
-- parameters: moment timestamp
-- chart: table
select cycle, ts, source, generation, line
from cycles
where ts <= $moment::timestamp
order by ts desc, line desc
limit 1
