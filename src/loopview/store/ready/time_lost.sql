-- title: Time lost to stalls
-- answers: how many stalls there were, and the attempts and minutes that went into them, week by week
-- parameters: k bigint = 3
-- chart: bars
with rows_in_order as (
    select source, line, ts,
           case when coalesce(gate, '') <> 'pass' and trim(coalesce(fingerprint, '')) not in ('', '-')
                then trim(fingerprint) end as fingerprint
    from attempts
),
marked as (
    select *, case when fingerprint is distinct from lag(fingerprint) over (partition by source order by line)
                   then 1 else 0 end as begins
    from rows_in_order
),
numbered as (
    select *, sum(begins) over (partition by source order by line rows unbounded preceding) as run from marked
),
stalls as (
    select count(*) as attempts, min(ts) as first, (epoch(max(ts)) - epoch(min(ts))) / 60 as minutes
    from numbered
    where fingerprint is not null
    group by source, run
    having count(*) >= $k::bigint
)
select date_trunc('week', first) as week, count(*) as stalls, sum(attempts)::bigint as attempts,
       round(sum(minutes), 1) as minutes
from stalls
group by 1
order by 1
