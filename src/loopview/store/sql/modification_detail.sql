-- title: One modification
-- answers: everything that the lines of one modification said of it, a later line before an earlier one
-- parameters: id varchar
-- chart: table
select arg_max(task_description, line) filter (task_description <> '') as task,
       arg_max(approach, line) filter (approach <> '') as approach,
       arg_max(test_results, line) filter (test_results <> '') as tests,
       arg_max(failure_analysis, line) filter (failure_analysis <> '') as failure,
       arg_max(reflection, line) filter (reflection <> '') as reflection,
       arg_max(diff, line) filter (diff <> '') as diff
from modifications
where coalesce(nullif(id, ''), source || ':' || line) = $id::varchar
