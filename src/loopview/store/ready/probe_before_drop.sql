-- title: Probe red, then success fell
-- answers: each time a probe began to fail K times in a row: success of the cycles in the hours before and after
-- parameters: k bigint = 3, hours double = 24, limit bigint = 50
-- chart: table
with results as (
    select capability, source, line, ts, success,
           case when success is distinct from lag(success) over (partition by capability order by source, line)
                then 1 else 0 end as begins
    from probes
    where placeholder is distinct from true
),
numbered as (
    select *, sum(begins) over (partition by capability order by source, line rows unbounded preceding) as run
    from results
),
reds as (
    select capability, min(ts) as red_since, max(ts) as last_failure, count(*) as failures
    from numbered
    where success is not true
    group by capability, run
    having count(*) >= $k::bigint and min(ts) is not null
),
near as (
    select reds.*, cycles.ts >= red_since as is_after, cycles.success
    from reds left join cycles
      on cycles.ts >= red_since - to_seconds($hours::double * 3600)
     and cycles.ts < red_since + to_seconds($hours::double * 3600)
)
select capability, red_since, last_failure, failures, count_if(not is_after) as cycles_before,
       count_if(is_after) as cycles_after,
       round(count_if(success and not is_after) / nullif(count_if(not is_after), 0), 3) as ok_before,
       round(count_if(success and is_after) / nullif(count_if(is_after), 0), 3) as ok_after,
       coalesce(ok_after < ok_before, false) as fell
from near
group by all
order by fell desc, red_since desc
limit $limit::bigint
