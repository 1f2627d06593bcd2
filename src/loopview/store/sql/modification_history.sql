-- title: Modification history
-- answers: one row for each modification, whatever its lines said: outcome, commit, retries, and where its first line stands
-- parameters: limit bigint = 2000
-- chart: table
select coalesce(nullif(id, ''), source || ':' || line) as id, min(ts) as began,
       arg_max(task_description, line) filter (task_description <> '') as task,
       arg_max(approach, line) filter (approach <> '') as approach,
       arg_max(files_modified, line) filter (files_modified not in ('', '[]')) as files,
       arg_max(lower(trim(outcome)), line) filter (outcome <> '') as outcome,
       arg_max("commit", line) filter ("commit" <> '') as "commit", coalesce(max(retry_count), 0) as retries,
       arg_max(phase, line) filter (phase <> '') as phase,
       arg_max(left(test_results, 300), line) filter (test_results <> '') as tests,
       max(length(diff)) as diff_characters, bool_or(coalesce(reflection, '') <> '') as reflected, count(*) as events,
       arg_min(source, line) as source, arg_min(generation, line) as generation, min(line) as line
from modifications
group by 1
having task is not null or outcome is not null
order by began desc nulls last, line desc
limit $limit::bigint
