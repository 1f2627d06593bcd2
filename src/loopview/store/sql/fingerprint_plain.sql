-- Fingerprints of failure texts of one line of printable ASCII, in one range of rows: the steps of domain/fingerprint.py.
update cycles
set fingerprint = case when trim(coalesce(reason, '')) = '' then '' else left(sha1(trim(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    regexp_replace(lower(trim(reason)),
        '0x[0-9a-fA-F]+', '0xADDR', 'g'),
        '\b[0-9a-f]{7,40}\b', 'HEX', 'g'),
        '\d{4}-\d{2}-\d{2}[tT ]\d{2}:\d{2}:\d{2}\S*', 'TS', 'g'),
        '(:|line )\s*\d+(:\d+)?', '\1N', 'g'),
        '[/\\][\w./\\-]+/(\w+\.\w+)', 'PATH/\1', 'g'),
        '(?i)0\.\d+s|\d+(\.\d+)?\s*(ms|s|sec|seconds)', 'DUR', 'g'),
        '\b\d+\b', 'N', 'g'),
        '\s+', ' ', 'g')
    )), 12) end
where fingerprint is null and rowid between $first and $last
  and (reason is null or not regexp_matches(reason, '[^ -~]'))
