-- title: Durations over time
-- answers: the median and the ninetieth percentile of the seconds a cycle took in each bucket of time
-- parameters: since timestamp, bucket_seconds bigint = 14400
-- chart: line
select make_timestamp(bucket * $bucket_seconds::bigint * 1000000) as bucket,
       n, durations[1] as p50, durations[2] as p90, longest
from (
    select cast(floor(epoch(ts) / $bucket_seconds::bigint) as bigint) as bucket,
           count(*) as n,
           quantile_cont(duration, [0.5, 0.9]) as durations,
           max(duration) as longest
    from cycles
    where ts is not null and duration > 0 and ($since::timestamp is null or ts >= $since::timestamp)
    group by 1
)
order by 1
