-- title: Slowest cycles
-- answers: the cycles that took longest, with what they worked on
-- parameters: since timestamp, limit bigint = 20
-- chart: bars
select cycle, round(duration / 60, 1) as minutes, type, issue, success, ts, left(reason, 200) as reason, source, generation,
       line
from cycles
where duration > 0 and ($since::timestamp is null or ts >= $since::timestamp)
order by duration desc, line desc
limit $limit::bigint
