-- title: What a modification changed
-- answers: success and median seconds of the cycles in the days before and after each modification that went in
-- parameters: days double = 3, limit bigint = 50
-- chart: table
with named as (
    select coalesce(nullif(id, ''), nullif("commit", ''), source || ':' || line) as id,
           max(task_description) as task_description, max("commit") as "commit", min(ts) as written
    from modifications
    where outcome = 'success' or coalesce("commit", '') <> ''
    group by 1
),
moments as (
    select named.id, any_value(named.task_description) as task_description, any_value(named."commit") as "commit",
           coalesce(any_value(written), min(attempts.ts)) as ts
    from named left join attempts on attempts."commit" = named."commit"
    group by named.id
),
near as (
    select moments.id, moments.task_description, moments."commit", moments.ts as went_in,
           cycles.ts >= moments.ts as is_after, cycles.success, cycles.duration
    from moments left join cycles
      on cycles.ts >= moments.ts - to_seconds($days::double * 86400)
     and cycles.ts < moments.ts + to_seconds($days::double * 86400)
)
select id, went_in, count_if(not is_after) as cycles_before, count_if(is_after) as cycles_after,
       round(count_if(success and not is_after) / nullif(count_if(not is_after), 0), 3) as ok_before,
       round(count_if(success and is_after) / nullif(count_if(is_after), 0), 3) as ok_after,
       round(median(duration) filter (not is_after and duration > 0), 1) as seconds_before,
       round(median(duration) filter (is_after and duration > 0), 1) as seconds_after,
       any_value(left(task_description, 120)) as task, any_value("commit") as "commit"
from near
group by id, went_in
order by went_in desc nulls last, id
limit $limit::bigint
