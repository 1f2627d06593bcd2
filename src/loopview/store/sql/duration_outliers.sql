-- title: Long cycles
-- answers: cycles that took more than three times the mean of all, in the order of the file, once five have a duration
-- parameters: limit bigint = 50
-- chart: table
with mean as (select avg(duration) as mean_duration, count(*) as n from cycles where duration > 0)
select cycle, issue, type, duration, mean_duration, duration / mean_duration as multiple, reason, ts,
       source, generation, line
from cycles, mean
where n >= 5 and duration > 3 * mean_duration
order by source, line
limit $limit::bigint
