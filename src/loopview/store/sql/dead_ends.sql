-- title: Dead ends
-- answers: actions tried more than once under the same fingerprint without passing
-- parameters: fingerprint varchar, limit bigint = 100
-- chart: table
select trim(fingerprint) as fingerprint, trim(action) as action, count(*) as n, min(ts) as first, max(ts) as last,
       min(line) as first_line, max(line) as last_line
from attempts
where coalesce(gate, '') <> 'pass' and trim(coalesce(action, '')) <> ''
  and trim(coalesce(fingerprint, '')) not in ('', '-')
  and ($fingerprint::varchar is null or trim(fingerprint) = $fingerprint::varchar)
group by 1, 2
having count(*) > 1
order by n desc, last_line desc
limit $limit::bigint
