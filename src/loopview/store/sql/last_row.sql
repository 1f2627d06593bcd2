-- title: Newest row of the loop
-- answers: the newest stamp among cycles and attempts: what a loop writes by itself
-- chart: table
select max(ts) as ts
from (select max(ts) as ts from cycles union all select max(ts) from attempts)
