-- title: What the gate said
-- answers: attempts by what the gate said, and how many of them carry a fingerprint
-- chart: bars
select coalesce(nullif(gate, ''), '(nothing)') as gate, count(*) as attempts,
       count_if(trim(coalesce(fingerprint, '')) not in ('', '-')) as with_fingerprint, min(ts) as first, max(ts) as last
from attempts
group by 1
order by attempts desc, gate
