-- title: Cycles of a failing issue
-- answers: every failed cycle of one issue in the order of the file
-- parameters: issue varchar, limit bigint = 1000
-- chart: table
select cycle, reason, duration, ts, source, generation, line
from cycles
where success is distinct from true and issue = $issue::varchar
order by source, line
limit $limit::bigint
