-- title: Sources
-- answers: every file the loop writes: how far it is read, its rows, rejects and drifted rows, and why it restarted
-- chart: table
select label, family, adapter, state, generation, "offset", line, size, "rows", rejects, drifted, pending, backlog,
       len(restarts) as restarts, restarts[-1] as last_restart, detail,
       (select count(*) from unknown_keys where source = label and unknown_keys.generation = sources.generation)
           as unknown_keys
from sources
order by family, rank, label
