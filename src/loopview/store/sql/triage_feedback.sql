-- title: What the consultant said
-- answers: the feedback of every deep triage run that has any, in the order of the file
-- parameters: limit bigint = 10000
-- chart: table
select timmy_feedback as feedback, ts, source, generation, line
from deep_triage
where timmy_feedback <> '' and timmy_feedback <> '0' and timmy_feedback <> 'false'
  and timmy_feedback <> '[]' and timmy_feedback <> '{}' and timmy_feedback <> '0.0'
order by source, line
limit $limit::bigint
