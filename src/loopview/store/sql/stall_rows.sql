-- title: Rows of the verdict
-- answers: the newest journal rows of one source, newest first: what the verdict looks at
-- parameters: source varchar, limit bigint = 50
-- chart: table
select iteration, ts, gate, fingerprint, action, hypothesis, note, blocked_reason, next_action, source, generation, line
from attempts
where source = coalesce($source::varchar, (
    select label from sources where family = 'attempts' and "rows" > 0 order by rank, label limit 1))
order by line desc
limit $limit::bigint
