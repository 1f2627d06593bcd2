-- title: One issue
-- answers: every cycle that worked on an issue, oldest first; without a number, on the issue that failed most
-- parameters: issue varchar, limit bigint = 200
-- chart: table
select cycle, ts, type, success, duration, lines_added, lines_removed, pr, reason, fingerprint, source, generation, line
from cycles
where issue = coalesce($issue::varchar, (
    select issue from cycles
    where success is distinct from true and coalesce(issue, '') not in ('', '0', 'false', '[]', '{}', '0.0')
    group by issue order by count(*) desc, min(line) limit 1))
order by source, line
limit $limit::bigint
