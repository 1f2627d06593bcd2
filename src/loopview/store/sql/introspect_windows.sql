-- title: Sums of the windows
-- answers: the sums over the last seven days, the seven before and everything older, before anything is rounded
-- chart: table
select case when ts >= $now::timestamp - interval 7 day then 'recent'
            when ts >= $now::timestamp - interval 14 day then 'previous' else 'older' end as part,
       count(*) as cycles,
       count_if(success is true) as successes,
       count(case when duration > 0 then 1 end) as timed,
       coalesce(sum(case when duration > 0 then duration end), 0) as duration_sum,
       coalesce(max(case when duration > 0 then duration end), 0) as duration_max,
       coalesce(sum(lines_added), 0) - coalesce(sum(lines_removed), 0) as lines_net,
       count_if(pr is not null and pr <> '' and pr <> '0' and pr <> 'false'
                and pr <> '[]' and pr <> '{}' and pr <> '0.0') as prs_merged
from cycles
group by 1
