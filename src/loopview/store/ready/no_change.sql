-- title: Cycles that changed nothing
-- answers: cycles that added and removed no line, newest first, with what they cost
-- parameters: since timestamp, limit bigint = 100
-- chart: table
select cycle, ts, issue, type, success, duration, reason, source, generation, line
from cycles
where coalesce(lines_added, 0) = 0 and coalesce(lines_removed, 0) = 0 and coalesce(files_changed, 0) = 0
  and ($since::timestamp is null or ts >= $since::timestamp)
order by line desc
limit $limit::bigint
