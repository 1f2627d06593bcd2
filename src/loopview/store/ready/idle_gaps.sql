-- title: Silences
-- answers: the longest times in which no file of the loop gained a stamped row
-- parameters: minutes double = 60, limit bigint = 50
-- chart: bars
with stamps as (
    select ts from cycles union all select ts from attempts union all select ts from probes
),
gaps as (
    select ts as until, lag(ts) over (order by ts) as since from stamps where ts is not null
)
select since, until, round((epoch(until) - epoch(since)) / 60, 1) as minutes
from gaps
where since is not null and epoch(until) - epoch(since) >= $minutes::double * 60
order by minutes desc, since
limit $limit::bigint
