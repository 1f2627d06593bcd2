-- title: Long for their type
-- answers: cycles above three times the median of their own type and far outside its usual spread, newest first
-- parameters: since timestamp, limit bigint = 50
-- chart: table
with medians as (
    select type, median(duration) as median_duration, mad(duration) as spread, count(*) as n
    from cycles where duration > 0 group by type
)
select cycle, issue, cycles.type, duration, median_duration, duration / median_duration as multiple, reason, ts,
       source, generation, line
from cycles join medians on medians.type is not distinct from cycles.type
where n >= 5 and duration > 3 * median_duration and duration > median_duration + 3 * 1.4826 * spread
  and ($since::timestamp is null or ts >= $since::timestamp)
order by source, line desc
limit $limit::bigint
