-- title: Capabilities
-- answers: probes by capability: results, failures, the newest result, and the error seen most
-- chart: table
select capability, count(*) as results, count_if(success is not true) as failures,
       arg_max(success, coalesce(ts, 'epoch'::timestamp)) as newest_success, max(ts) as newest,
       max(case when success is not true then ts end) as last_failure,
       round(median(duration), 3) as p50_seconds, mode(nullif(error_type, '')) as common_error,
       bool_or(coalesce(placeholder, false)) as placeholder
from probes
group by capability
order by failures desc, capability
