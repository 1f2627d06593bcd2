-- title: Modifications by proposer
-- answers: for each kind of proposer: how many modifications came of it, how they ended, and the share of successes
-- parameters: limit bigint = 50
-- chart: bars
with ended as (
    select coalesce(nullif(id, ''), source || ':' || line) as id, max(ts) as ts,
           arg_max(lower(trim(outcome)), line) filter (outcome <> '') as outcome, coalesce(max(retry_count), 0) as retries,
           arg_max(task_description, line) filter (task_description <> '') as task
    from modifications
    group by 1
),
asked as (
    select unnest([title, description, title || chr(10) || chr(10) || description]) as task, proposer, line
    from proposals
    where coalesce(proposer, '') <> ''
),
proposers as (
    select task, arg_max(proposer, line) as proposer from asked where coalesce(task, '') <> '' group by task
)
select coalesce(proposer, '(unknown)') as proposer, count(*) as modifications,
       count_if(outcome = 'success') as succeeded, count_if(outcome = 'failure') as failed,
       count_if(outcome = 'rollback') as rolled_back,
       round(succeeded / nullif(succeeded + failed + rolled_back, 0), 3) as success_rate, sum(retries) as retries,
       max(ts) as newest
from ended left join proposers using (task)
where task is not null or outcome is not null
group by 1
order by modifications desc, proposer
limit $limit::bigint
