-- title: Epoch
-- answers: which epoch the loop is in: the last one written that is not empty
-- chart: table
select epoch, source, line, ts
from cycles
where epoch is not null and epoch <> ''
order by line desc
limit 1
