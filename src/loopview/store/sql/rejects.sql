-- title: Rejects
-- answers: lines that could not become rows: where they stand, why, and how they begin
-- parameters: source varchar, limit bigint = 1000
-- chart: table
select rejects.source, rejects.line, byte_offset, byte_length, why, sample, rejects.generation
from rejects join sources on label = rejects.source and sources.generation = rejects.generation
where $source::varchar is null or rejects.source = $source::varchar
order by rejects.source, rejects.line desc
limit $limit::bigint
