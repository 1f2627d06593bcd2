-- title: Modifications by outcome
-- answers: events of modifications by their outcome, with retries, and the newest lesson
-- chart: bars
select coalesce(nullif(outcome, ''), '(open)') as outcome, count(*) as events, count(distinct id) as modifications,
       sum(coalesce(retry_count, 0)) as retries, max(ts) as newest,
       left(arg_max(reflection, coalesce(ts, 'epoch'::timestamp)), 200) as newest_reflection
from modifications
group by 1
order by events desc, outcome
