-- title: Cycles and attempts since
-- answers: cycles and attempts after a moment: how many, how many succeeded and failed, lines, merged pull requests
-- parameters: since timestamp
-- chart: table
select 'cycles' as "table", count(*) as n, coalesce(count_if(success), 0) as ok, coalesce(count_if(not success), 0) as failed,
       coalesce(sum(lines_added), 0) - coalesce(sum(lines_removed), 0) as net_lines,
       coalesce(count_if(pr not in ('', '0', 'false', '[]', '{}', '0.0')), 0) as merged
from cycles where ts > $since::timestamp
union all
select 'attempts', count(*), coalesce(count_if(gate = 'pass'), 0), coalesce(count_if(gate in ('fail', 'blocked')), 0),
       0, 0
from attempts where ts > $since::timestamp
