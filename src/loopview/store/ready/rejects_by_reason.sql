-- title: Why lines were rejected
-- answers: rejected lines by file and reason: how many, which lines, and how the newest begins
-- chart: bars
select source, why, count(*) as lines, min(line) as first_line, max(line) as last_line, arg_max(sample, line) as sample
from rejects
group by source, why
order by lines desc, source, why
