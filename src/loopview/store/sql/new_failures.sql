-- title: New failures since
-- answers: fingerprints after a moment: how often, when first, and whether they were known before it
-- parameters: since timestamp, limit bigint = 50
-- chart: table
select fingerprint, count_if(ts > $since::timestamp and kind = 'cycle') as cycles,
       count_if(ts > $since::timestamp and kind = 'attempt') as attempts,
       min(ts) as first, max(ts) as last, coalesce(min(ts) > $since::timestamp, false) as is_new,
       arg_max(coalesce(text, ''), line) as example, max(nullif(issue, '')) as issue
from failures
where trim(coalesce(fingerprint, '')) not in ('', '-')
group by fingerprint
having count_if(ts > $since::timestamp) > 0
order by is_new desc, greatest(cycles, attempts) desc, last desc
limit $limit::bigint
