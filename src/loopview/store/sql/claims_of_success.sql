-- title: Claims of success
-- answers: rows that say something was done: modifications and attempts with their commit, cycles that changed lines
-- parameters: limit bigint = 5000
-- chart: table
select * from (
    select 'modifications' as "table", coalesce(nullif(id, ''), source || ':' || line) as name, max(ts) as ts,
           arg_max("commit", line) filter ("commit" <> '') as "commit", null::double as seconds, false as timed,
           left(arg_max(task_description, line) filter (task_description <> ''), 200) as text,
           arg_min(source, line) as source, arg_min(generation, line) as generation, min(line) as line
    from modifications
    group by 2
    having arg_max(lower(trim(outcome)), line) filter (outcome <> '') = 'success'
    union all
    (select 'attempts', iteration::varchar, ts, "commit", null, false, left(action, 200), source, generation, line
     from attempts
     where gate = 'pass' and coalesce(trim("commit", ' -'), '') <> ''
     order by source, line desc limit $limit::bigint)
    union all
    (select 'cycles', cycle::varchar, ts, null,
            coalesce(nullif(duration, 0),
                     epoch(ts - lag(ts) over (partition by source, generation order by line))), true,
            left(coalesce(notes, reason), 200), source, generation, line
     from cycles
     where success and coalesce(lines_added, 0) + coalesce(lines_removed, 0) > 0
     order by source, line desc limit $limit::bigint)
)
order by ts desc nulls last, line desc
limit $limit::bigint
