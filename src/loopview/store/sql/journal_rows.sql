-- title: Journal
-- answers: attempts of every journal, newest first
-- parameters: since timestamp, limit bigint = 500
-- chart: table
select iteration, ts, gate, fingerprint, action, hypothesis, note, gate_output, "commit", source, generation, line
from attempts
where $since::timestamp is null or ts >= $since::timestamp
order by ts desc nulls last, line desc
limit $limit::bigint
