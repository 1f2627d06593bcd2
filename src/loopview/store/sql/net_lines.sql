-- title: Net lines over time
-- answers: lines added, lines removed and their difference in each bucket of time
-- parameters: since timestamp, bucket_seconds bigint = 86400
-- chart: bars
select make_timestamp(bucket * $bucket_seconds::bigint * 1000000) as bucket,
       added, removed, added - removed as net
from (
    select cast(floor(epoch(ts) / $bucket_seconds::bigint) as bigint) as bucket,
           coalesce(sum(lines_added), 0) as added,
           coalesce(sum(lines_removed), 0) as removed
    from cycles
    where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
    group by 1
)
order by 1
