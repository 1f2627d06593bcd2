-- title: Activity
-- answers: what every source wrote, merged by time, newest first
-- parameters: since timestamp, limit bigint = 200
-- chart: table
select * from (
    select * from (
        select ts, 'cycle' as kind, cycle as number, type as what,
               case when success then 'ok' when not success then 'fail' else 'unknown' end as outcome,
               reason as text, source, generation, line
        from cycles where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
        order by ts desc limit $limit::bigint)
    union all
    select * from (
        select ts, 'attempt', iteration, action, gate, coalesce(gate_output, note), source, generation, line
        from attempts where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
        order by ts desc limit $limit::bigint)
    union all
    select * from (
        select ts, 'probe', null, capability,
               case when placeholder then 'placeholder' when success then 'ok' when not success then 'fail'
                    else 'unknown' end,
               details, source, generation, line
        from probes where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
        order by ts desc limit $limit::bigint)
    union all
    select ts, 'proposal', null, title, status, description, source, generation, line
    from proposals where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
    union all
    select ts, 'modification', null, coalesce(task_description, id),
           coalesce(outcome, case when reflection is not null then 'reflected' end),
           coalesce(failure_analysis, reflection), source, generation, line
    from modifications where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
    union all
    select ts, 'triage', null, 'triage', null, null, source, generation, line
    from triage where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
    union all
    select ts, 'deep triage', null, 'deep triage', null, timmy_feedback, source, generation, line
    from deep_triage where ts is not null and ($since::timestamp is null or ts >= $since::timestamp)
)
order by ts desc
limit $limit::bigint
