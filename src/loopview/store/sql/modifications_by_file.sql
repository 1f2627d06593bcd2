-- title: Modifications by file
-- answers: for each file that modifications touched: how many there were, how they ended, and the share of successes
-- parameters: limit bigint = 200
-- chart: bars
with ended as (
    select coalesce(nullif(id, ''), source || ':' || line) as id,
           arg_max(lower(trim(outcome)), line) filter (outcome <> '') as outcome,
           arg_max(files_modified, line) filter (files_modified not in ('', '[]')) as files, max(ts) as ts
    from modifications
    group by 1
),
touched as (
    select id, outcome, ts,
           unnest(case files[1] when '[' then list_distinct(from_json(files, '["VARCHAR"]')) else [files] end) as file
    from ended
    where files is not null
)
select file, count(*) as modifications, count_if(outcome = 'success') as succeeded,
       count_if(outcome = 'failure') as failed, count_if(outcome = 'rollback') as rolled_back,
       round(succeeded / nullif(succeeded + failed + rolled_back, 0), 3) as success_rate, max(ts) as newest
from touched
where coalesce(file, '') <> ''
group by file
order by modifications desc, file
limit $limit::bigint
