-- title: Drift by source
-- answers: for each file: rows, rejected lines, rows with a field of an unexpected type, and fields nobody reads
-- chart: table
with unread as (select source, count(*) as fields, string_agg(key, ', ' order by key) as names
                from unknown_keys group by source),
drifting as (select source, string_agg(distinct field, ', ' order by field) as fields
             from (select source, unnest(columns) as field from drifted) group by source)
select label as source, state, "rows", rejects, drifted,
       round((rejects + drifted) / nullif("rows" + rejects, 0), 4) as share,
       drifting.fields as drifted_fields, coalesce(unread.fields, 0) as unread_fields, left(unread.names, 200) as unread_names
from sources left join unread on unread.source = label left join drifting on drifting.source = label
order by rejects + drifted desc, label
