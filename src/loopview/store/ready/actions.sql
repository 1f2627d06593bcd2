-- title: What works
-- answers: actions tried more than once: how often they passed, failed and were blocked
-- parameters: times bigint = 2, limit bigint = 100
-- chart: bars
select trim(action) as action, count(*) as attempts, count_if(gate = 'pass') as passed, count_if(gate = 'fail') as failed,
       count_if(gate = 'blocked') as blocked, round(count_if(gate = 'pass') / count(*), 3) as pass_rate, max(ts) as last
from attempts
where trim(coalesce(action, '')) <> ''
group by 1
having count(*) >= $times::bigint
order by attempts desc, action
limit $limit::bigint
