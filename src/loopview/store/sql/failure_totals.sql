-- title: Failures in all
-- answers: how many cycles and attempts there are, how many failed, and how many fingerprints they have
-- parameters: since timestamp
-- chart: tiles
with seen as not materialized (
    select kind, number, fingerprint from failures where $since::timestamp is null or ts >= $since::timestamp
),
twice as (
    select count(*) as n from seen as attempt where kind = 'attempt' and exists (
        select 1 from seen as cycle
        where cycle.kind = 'cycle' and cycle.number = attempt.number and cycle.fingerprint = attempt.fingerprint
    )
)
select (select count(*) from cycles where $since::timestamp is null or ts >= $since::timestamp) as cycles,
       (select count(*) from attempts where $since::timestamp is null or ts >= $since::timestamp) as attempts,
       count(*) - (select n from twice) as failures,
       count(distinct nullif(fingerprint, '')) as fingerprints
from seen
