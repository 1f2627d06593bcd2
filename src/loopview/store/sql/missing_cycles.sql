-- title: Cycles without a record
-- answers: numbers missing between recorded cycles, and journal iterations that the cycles of the same numbers lack
-- parameters: limit bigint = 200
-- chart: table
with numbered as (
    select source, generation, cycle::hugeint as cycle, max(line) as line, max(ts) as ts
    from cycles where cycle is not null
    group by all
),
steps as (
    select *, lead(cycle) over (partition by source, generation order by cycle) as next from numbered
),
ends as (
    select min(cycle) as low, max(cycle) as high from numbered
),
shared as (
    select count(distinct iteration) as n from attempts where iteration in (select cycle from numbered)
)
select * from (
    select 'cycles' as "table", (cycle + 1)::varchar as first, (next - 1)::varchar as last, next - cycle - 1 as missing, ts,
           'the numbers between two recorded cycles' as why, source, generation, line
    from steps
    where next - cycle > 1
    union all
    select 'attempts', iteration::varchar, iteration::varchar, 1, max(ts), 'in the journal and not among the cycles',
           source, generation, max(line)
    from attempts, ends, shared
    where shared.n > 1 and iteration between low and high and iteration not in (select cycle from numbered)
    group by source, generation, iteration
)
order by ts desc nulls last, line desc
limit $limit::bigint
