-- title: Merged without tests
-- answers: merged cycles without a passed test where the loop counts tests, and successful modifications without a test result
-- parameters: limit bigint = 200
-- chart: table
select * from (
    select 'cycles' as "table", cycle::varchar as name, ts, left(coalesce(notes, reason), 200) as text, pr as merged,
           source, generation, line
    from cycles
    where coalesce(pr, '') not in ('', '0', 'false', '[]', '{}', '0.0', '-') and success and coalesce(tests_passed, 0) = 0
      and exists (select 1 from cycles where tests_passed > 0)
    union all
    select 'modifications', coalesce(nullif(id, ''), source || ':' || line), max(ts),
           left(coalesce(arg_max(test_results, line) filter (test_results <> ''),
                         arg_max(task_description, line) filter (task_description <> '')), 200),
           arg_max("commit", line) filter ("commit" <> ''), arg_min(source, line), arg_min(generation, line), min(line)
    from modifications
    group by 2
    having arg_max(lower(trim(outcome)), line) filter (outcome <> '') = 'success'
       and (coalesce(trim(arg_max(test_results, line) filter (test_results <> '')), '') = ''
            or lower(trim(arg_max(test_results, line) filter (test_results <> ''))) like 'not run%'
            or lower(trim(arg_max(test_results, line) filter (test_results <> ''))) like 'failed%')
)
order by ts desc nulls last, name
limit $limit::bigint
