-- title: How many long cycles
-- answers: how many cycles took more than three times the mean of all, once five have a duration
-- chart: tiles
with mean as (select avg(duration) as mean_duration, count(*) as n from cycles where duration > 0)
select count(*) as outliers
from cycles, mean
where n >= 5 and duration > 3 * mean_duration
