-- title: Unknown keys
-- answers: fields of the loop's lines that no column reads: how many rows have them
-- chart: table
select unknown_keys.source, key, unknown_keys."rows", first_line
from unknown_keys join sources on label = unknown_keys.source and sources.generation = unknown_keys.generation
order by unknown_keys."rows" desc, unknown_keys.source, key
