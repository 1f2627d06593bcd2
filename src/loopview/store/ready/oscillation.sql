-- title: Oscillation
-- answers: pairs of fingerprints that the loop went back and forth between: how often it came back, and when
-- parameters: limit bigint = 50
-- chart: bars
with failing as (
    select kind, source, line, ts, fingerprint,
           lag(fingerprint, 1) over (partition by kind, source order by line) as before,
           lag(fingerprint, 2) over (partition by kind, source order by line) as before_that
    from failures
    where fingerprint <> ''
)
select least(fingerprint, before) as one, greatest(fingerprint, before) as other, kind, count(*) as returns,
       min(ts) as first, max(ts) as last, max(line) as last_line
from failing
where fingerprint = before_that and fingerprint <> before
group by all
order by returns desc, last desc nulls last, one, other
limit $limit::bigint
