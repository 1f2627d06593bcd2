-- title: What each failure cost
-- answers: cycles, attempts, issues and minutes that went into each fingerprint, the dearest first, with its newest text
-- parameters: since timestamp, limit bigint = 50
-- chart: bars
select fingerprint, round(coalesce(sum(case when duration > 0 then duration end), 0) / 60, 1) as minutes,
       count_if(kind = 'cycle') as cycles, count_if(kind = 'attempt') as attempts,
       count(distinct nullif(issue, '')) as issues, min(ts) as first, max(ts) as last,
       left(arg_max(text, line), 200) as example
from failures
where fingerprint <> '' and ($since::timestamp is null or ts >= $since::timestamp)
group by fingerprint
order by minutes desc, cycles + attempts desc, fingerprint
limit $limit::bigint
