-- title: Set aside
-- answers: the issues in quarantine, with the cycles they had and the minutes they took
-- parameters: limit bigint = 200
-- chart: table
select quarantine.issue, quarantine.ts as since, quarantine.failures as said_failures, quarantine.reason,
       count(cycles.line) as cycles, count_if(cycles.success is true) as ok,
       round(coalesce(sum(case when cycles.duration > 0 then cycles.duration end), 0) / 60, 1) as minutes
from quarantine left join cycles on cycles.issue = quarantine.issue
group by all
order by since desc nulls last, quarantine.issue
limit $limit::bigint
