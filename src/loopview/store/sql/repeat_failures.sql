-- title: Repeat failures
-- answers: issues that failed twice or more, most failures first, ties in order of the first failure
-- parameters: limit bigint = 5
-- chart: table
select issue, count(*) as failure_count, min(line) as first_line, min(ts) as first, max(ts) as last
from cycles
where success is distinct from true and issue <> '' and issue <> '0' and issue <> 'false'
  and issue <> '[]' and issue <> '{}' and issue <> '0.0'
group by issue
having count(*) >= 2
order by failure_count desc, first_line
limit $limit::bigint
