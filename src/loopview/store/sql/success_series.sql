-- title: Success over time
-- answers: how many cycles went well, failed or are unknown in each bucket of time
-- parameters: since timestamp, bucket_seconds bigint = 14400
-- chart: bars
select make_timestamp(bucket * $bucket_seconds::bigint * 1000000) as bucket,
       n, ok, fail, n - ok - fail as unknown, ok / n as ok_rate
from (
    select cast(floor(epoch(ts) / $bucket_seconds::bigint) as bigint) as bucket,
           count(*) as n,
           count_if(success is true) as ok,
           count_if(success is false) as fail
    from cycles
    where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
    group by 1
)
order by 1
