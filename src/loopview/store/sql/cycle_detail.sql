-- title: One cycle
-- answers: every field of the cycle at one place
-- parameters: source varchar, generation bigint, line bigint
-- chart: record
select * from cycles
where line = $line::bigint and source = $source::varchar
  and ($generation::bigint is null or generation = $generation::bigint)
