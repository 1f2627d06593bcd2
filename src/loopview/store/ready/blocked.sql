-- title: Blocked
-- answers: attempts that were blocked, newest first: why, and what comes next
-- parameters: limit bigint = 50
-- chart: table
select iteration, ts, action, blocked_reason, next_action, bh_address, source, generation, line
from attempts
where gate = 'blocked' or coalesce(blocked_reason, '') <> ''
order by ts desc nulls last, line desc
limit $limit::bigint
