-- title: Deep triage
-- answers: how many model-led triage runs there were and what they reviewed, refined, created and closed
-- chart: table
select count(*) as runs,
       coalesce(sum(issues_reviewed), 0) as total_reviewed,
       coalesce(sum(case when issues_refined[1] = '[' then json_array_length(issues_refined) end), 0)::bigint
           as total_refined,
       coalesce(sum(case when issues_created[1] = '[' then json_array_length(issues_created) end), 0)::bigint
           as total_created,
       coalesce(sum(case when issues_closed[1] = '[' then json_array_length(issues_closed) end), 0)::bigint
           as total_closed,
       count_if(timmy_available is true) as consulted
from deep_triage
