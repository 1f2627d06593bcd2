-- title: A fingerprint's history
-- answers: when a failure was first and last seen and how often
-- parameters: fingerprint varchar
-- chart: record
with seen as not materialized (
    select * from failures where fingerprint = $fingerprint::varchar
),
-- an attempt with the number of a failed cycle is that failure, written down a second time
twice as (
    select count(*) as n from seen as attempt where kind = 'attempt' and exists (
        select 1 from seen as cycle where cycle.kind = 'cycle' and cycle.number = attempt.number
    )
)
select count(*) - (select n from twice) as n, min(ts) as first, max(ts) as last, min(number) as first_number,
       max(number) as last_number, count(distinct nullif(issue, '')) as issues
from seen
