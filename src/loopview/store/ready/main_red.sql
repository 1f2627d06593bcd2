-- title: Main was red
-- answers: cycles after which the main branch was not green, newest first
-- parameters: limit bigint = 100
-- chart: table
select cycle, ts, issue, type, success, hermes_clean_exit, pr, reason, source, generation, line
from cycles
where main_green is false
order by line desc
limit $limit::bigint
