-- title: Last pass
-- answers: the newest attempt that passed and the newest cycle that went well
-- chart: table
select * from (
    select 'attempt' as kind, iteration as number, ts, action as what, "commit", source, generation, line
    from attempts where gate = 'pass' order by line desc limit 1)
union all
select * from (
    select 'cycle', cycle, ts, issue, null, source, generation, line
    from cycles where success order by line desc limit 1)
