-- title: Success without a commit
-- answers: modifications that say they succeeded and name no commit, newest first
-- parameters: limit bigint = 200
-- chart: table
select coalesce(nullif(id, ''), source || ':' || line) as id, max(ts) as ts,
       left(arg_max(task_description, line) filter (task_description <> ''), 200) as task,
       arg_min(source, line) as source, arg_min(generation, line) as generation, min(line) as line
from modifications
group by 1
having arg_max(lower(trim(outcome)), line) filter (outcome <> '') = 'success'
   and count_if(coalesce("commit", '') <> '') = 0
order by ts desc nulls last, id
limit $limit::bigint
