-- title: Newest probe results
-- answers: the newest results of each capability, in file order
-- parameters: capability varchar, limit bigint = 24
-- chart: table
with named as (
    -- every character that Python takes for a space, so that a name is the same here and there
    select source, line, trim(
        capability,
        chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31)
        || chr(32) || chr(133) || chr(160) || chr(5760) || chr(8192) || chr(8193) || chr(8194)
        || chr(8195) || chr(8196) || chr(8197) || chr(8198) || chr(8199) || chr(8200) || chr(8201)
        || chr(8202) || chr(8232) || chr(8233) || chr(8239) || chr(8287) || chr(12288)) as name
    from probes
), kept as (
    select source, name, unnest(max(line, $limit::bigint)) as line
    from named
    where coalesce(name, '') <> '' and ($capability::varchar is null or name = $capability::varchar)
    group by name, source
)
select kept.name as capability, ts, success, details, error_type, duration, placeholder,
       probes.source, generation, probes.line
from probes join kept on kept.source = probes.source and kept.line = probes.line
order by probes.source, probes.line
