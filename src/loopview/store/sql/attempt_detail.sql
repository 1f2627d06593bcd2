-- title: One attempt
-- answers: every field of the attempt at one place
-- parameters: source varchar, generation bigint, line bigint
-- chart: record
select * from attempts
where line = $line::bigint and source = $source::varchar
  and ($generation::bigint is null or generation = $generation::bigint)
