-- title: Success of each type over time
-- answers: how many cycles of each type there were in each bucket of time, and how many went well
-- parameters: since timestamp, bucket_seconds bigint = 86400
-- chart: bars
select type,
       make_timestamp(bucket * $bucket_seconds::bigint * 1000000) as bucket,
       n, ok
from (
    select case when type is null or type = '' then 'unknown' else type end as type,
           cast(floor(epoch(ts) / $bucket_seconds::bigint) as bigint) as bucket,
           count(*) as n,
           count_if(success is true) as ok
    from cycles
    where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
    group by 1, 2
)
order by 1, 2
