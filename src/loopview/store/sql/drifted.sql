-- title: Drifted rows
-- answers: rows that hold a field of an unexpected type: which, where they stand, and the raw line
-- parameters: source varchar, limit bigint = 1000
-- chart: table
select drifted.source, drifted.line, byte_offset, byte_length, table_name, columns, raw, drifted.generation
from drifted join sources on label = drifted.source and sources.generation = drifted.generation
where $source::varchar is null or drifted.source = $source::varchar
order by drifted.source, drifted.line desc
limit $limit::bigint
