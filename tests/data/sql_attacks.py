"""Statements that must not get through, that must be stopped, and that analysts write every day."""

from __future__ import annotations


def chain(first: str, step: str, steps: int, last: str) -> str:
    """Named queries that each use the one before; ``@`` in ``step`` is its name."""
    queries = [f"a0 as ({first})"]
    queries += [f"a{number} as ({step.replace('@', f'a{number - 1}')})" for number in range(1, steps)]
    return f"with {', '.join(queries)} {last.replace('@', f'a{steps - 1}')}"


REFUSED: dict[str, tuple[str, str]] = {
    # 75: files
    "read_text": ("select * from read_text('/etc/passwd')", "leads to files"),
    "read_csv": ("select * from cycles, read_csv('/etc/passwd')", "leads to files"),
    "glob": ("select * from glob('/*')", "leads to files"),
    "a file's name": ("select * from '/etc/passwd'", "no files"),
    "a file's name, quoted": ('select * from "cycles.parquet"', "no files"),
    "scalar read": ("select read_text('/etc/passwd')", "leads to files"),
    "getenv": ("select getenv('HOME')", "leads to the environment"),
    "setting": ("select current_setting('access_mode')", "leads to settings"),
    "secrets": ("from duckdb_secrets()", "leads to secrets"),
    "python": ("select * from python_map_function()", "may not stand in FROM"),
    "query": ("select * from query('drop table cycles')", "text as SQL"),
    "json_execute": ("from json_execute_serialized_sql('{}')", "text as SQL"),
    # 76
    "copy": ("copy cycles to '/tmp/x'", "only SELECT"),
    "explain copy": ("explain analyze copy cycles to '/tmp/x'", "only SELECT"),
    "prepare": ("prepare p as copy cycles to '/tmp/x'", "only SELECT"),
    "execute": ("execute p", "only SELECT"),
    "export": ("export database '/tmp/x'", "only SELECT"),
    # 77
    "delete in a CTE": ("with q as (delete from cycles returning *) select * from q", "delete is not"),
    "insert in a CTE": ("with q as (insert into meta values ('a', 'b') returning *) from q", "insert is not"),
    "update in a CTE": ("with q as (update cycles set cycle = 1 returning *) from q", "update is not"),
    "merge in a CTE": ("with q as (merge into cycles using attempts on false when matched then delete) from q", ""),
    # 78
    "two": ("select 1; drop table cycles", ""),
    "two selects": ("select 1; select 2", "one statement at a time"),
    "nothing": ("-- only a comment", "no statement"),
    # 79, 80
    **{
        text.split()[0].lower() + str(number): (text, "only SELECT")
        for number, text in enumerate(
            (
                "ATTACH '/tmp/x.db'",
                "INSTALL httpfs",
                "LOAD httpfs",
                "SET memory_limit = '90GB'",
                "RESET memory_limit",
                "PRAGMA enable_profiling",
                "PRAGMA database_list",
                "CALL enable_logging()",
                "USE memory",
                "CHECKPOINT",
                "VACUUM",
                "DROP TABLE cycles",
                "BEGIN",
                "COMMIT",
                "CREATE SECRET s (TYPE s3)",
                "UPDATE EXTENSIONS",
            )
        )
    },
    # 81
    "temp view": ("create temp view cycles as select 1", "only SELECT"),
    "macro": ("create macro abs(x) as 1", "only SELECT"),
    "catalog": ("select * from information_schema.tables", "no table"),
    "internal": ("from duckdb_tables()", "may not stand in FROM"),
    "kept by the store": ("from meta", "no table"),
    "another catalog": ("from other.main.cycles", "no table"),
    "show": ("show tables", "docs/tables.md"),
    # 82, 83, 84
    "scalar range": ("select len(range(1000000000000))", "may only stand in FROM"),
    "scalar series": ("select generate_series(1, line) from cycles", "may only stand in FROM"),
    "repeat": ("select repeat('x', 3000000000)", "written as a number"),
    "repeat by a column": ("select repeat('x', cycle) from cycles", "written as a number"),
    "dotted repeat": ("select 'x'.repeat(3000000000)", ""),
    "rpad": ("select rpad('a', 2000000000, 'b')", "written as a number"),
    "printf": ("select printf('%1000000000d', 1)", "widths"),
    "printf star": ("select printf('%*d', 1000000000, 1)", "widths"),
    "printf by a column": ("select printf(reason, 1) from cycles", "widths"),
    "format": ("select format('{:1000000000d}', 1)", "widths"),
    "format nested": ("select format('{:{}}', 1, 1000000000)", "widths"),
    "levenshtein": ("select levenshtein(a.notes, b.notes) from cycles a, cycles b", "product of two lengths"),
    "jaro": ("select jaro_winkler_similarity(string_agg(reason, ''), 'x') from cycles", "product of two lengths"),
    "sleep": ("select sleep_ms(100000)", "leads to the clock"),
    "regexp by a column": ("select regexp_matches(reason, notes) from cycles", "pattern"),
    "aggregate by a column": ("select list_aggregate([1], type) from cycles", "written out"),
    "mode over a frame": ("select mode(reason) over (order by ts) from cycles", "moving window"),
    "distinct over a frame": ("select count(distinct reason) over (order by ts) from cycles", "moving window"),
    "concat chain": (
        chain("select reason x from cycles", "select x || x || x || x x from @", 12, "from @"),
        "stands in",
    ),
    "struct chain": (chain("select 1 x", "select {'a': x, 'b': x} x from @", 22, "from @"), "stands in another"),
    "list chain": (chain("select [1] x", "select list_concat(x, x) x from @", 22, "from @"), "stands in another"),
    "replace chain": (chain("select 'a' x", "select replace(x, 'a', 'aaaa') x from @", 12, "from @"), "stands in"),
    "star chain": (chain("from cycles", "select l.*, r.* from @ l, @ r", 8, "from @"), "columns"),
    "union chain": (chain("select 1 x", "from @ union all from @ union all from @", 8, "from @"), "too large"),
    # 85
    "unions": (" union all ".join(["select 1"] * 20_000), "20,000 is the most"),
    "a million in": (f"select 1 in ({','.join(['1'] * 1_000_000)})", "20,000 is the most"),
    "parentheses": (f"select {'(' * 100_000}1{')' * 100_000}", "20,000 is the most"),
    "fewer parentheses": (f"select {'(' * 9_000}1{')' * 9_000}", "brackets"),
    "open parentheses": (f"select * from {'(' * 9_000}", "brackets"),
    "comment": (f"/*{'x' * 50_000_000}*/ select 1", "20,000 is the most"),
    "many unions": (" union all ".join(["select 1"] * 900), "sets joined"),
    "many nots": (f"select {'not ' * 4_000}true", "nested too deeply"),
    "many casts": (f"select 1{'::int' * 3_000}", "nested too deeply"),
    "many dots": (f"select a{'.b' * 9_000}", "parts"),
    "many tables": (f"select count(*) from {', '.join(f'cycles c{n}' for n in range(300))}", "tables"),
    "many conditions": (
        f"from cycles where {' and '.join(f'(line={n} or line={n + 1})' for n in range(500))}",
        "and / or",
    ),
    "many sets": (f"select 1 from cycles group by grouping sets ({','.join(['(line)'] * 2_000)})", "grouping sets"),
    # 87
    "surrogate": ("select '\ud800'", "surrogate"),
    "NUL": ("select 1\0", "NUL"),
    "other": ("select uuid_extract_version(uuid())", "not among the functions"),
}
"""Name → statement, and a part of why it is refused."""

BOMBS: dict[str, str] = {
    "endless range": "select sum(range) from range(1000000000000)",
    "cross join": "select count(*) from cycles a, cycles b, cycles c, cycles d, cycles e",
    "endless recursion": "with recursive r as (select 1 n union all select n + 1 from r) select count(*) from r",
    "growing recursion": "with recursive r as (select 'a' n union all select n || n from r) select max(length(n)) from r",
    "sort": "select * from cycles a, cycles b, cycles c order by a.reason desc, b.ts, c.ts",
    "distinct": "select distinct a.reason || b.reason || c.reason from cycles a, cycles b, cycles c",
    "list": "select len(list(a.reason)) from cycles a, cycles b, cycles c, cycles d",
    "string_agg": "select length(string_agg(a.reason, '')) from cycles a, cycles b, cycles c, cycles d",
    "histogram": "select histogram(a.line * 1000000 + b.line * 1000 + c.line) from cycles a, cycles b, cycles c",
    "wide rows": "select a.*, b.*, c.*, d.* from cycles a, cycles b, cycles c, cycles d order by 1, d.line",
    "offset": "select 1 from cycles a, cycles b, cycles c, cycles d limit 10 offset 10000000000",
    "correlated": (
        "select (select count(*) from cycles b, cycles c where b.line < a.line and c.reason > a.reason)"
        " from cycles a, cycles d, cycles e order by 1"
    ),
    "lambda": "select list_transform(range(10000), lambda x: list_transform(range(10000), lambda y: x + y)) from cycles",
    "like": "select count(*) from cycles a, cycles b, cycles c where a.reason || b.reason || c.reason like '%a%b%c%d%e%q%'",
    "unnest": "select count(*) from cycles, unnest(range(10000)), unnest(range(10000))",
    "list beside rows": "select l from (select list(i) as l from range(1000000) t(i)), range(100000)",
    "list of a window": "select list(a.line) over () from cycles a, range(50)",
    "list of a query": "select (select list(i) from range(1000000) t(i)) from range(100000)",
    "json": "select json_group_array(a.reason) from cycles a, cycles b, cycles c, cycles d",
}
"""Statements that pass the gate and are stopped by the clock or the memory."""

FINE: tuple[str, ...] = (
    "select type, count(*) as n, avg(duration), quantile_cont(duration, 0.9) from cycles group by type order by n desc;",
    "from cycles select cycle, reason where success is false and reason ilike '%assert%' limit 5 -- the newest",
    "; select ';' as semicolon, $$;$$ as dollars, E'a\\';' as escaped",
    "select date_trunc('day', ts) as day, count(*) filter (where success) as ok from cycles group by all order by all",
    "select strftime(ts, '%Y-%m'), extract(hour from ts), ts + interval 1 day, epoch(ts), dayname(ts), age(ts) from cycles",
    "select lag(duration) over w, row_number() over w from cycles window w as (partition by type order by ts)",
    "select median(duration) over (order by ts rows between 6 preceding and current row) from cycles",
    "select mode(type) over (partition by issue), mode(type) over (order by ts rows 10 preceding) from cycles",
    "select * from cycles qualify row_number() over (partition by type order by ts desc) = 1",
    "with recursive n as (select 1 as i union all select i + 1 from n where i < 10) select i, i * i from n",
    "select json_extract_string(raw, '$.reason'), raw ->> '$.failures', json_array_length('[1, 2]') from quarantine",
    "select list(cycle order by ts) as cycles, histogram(type), string_agg(distinct type, ', ') from cycles",
    "select list_transform([1, 2], x -> x + 1), list_filter(['{}'], x -> (x ->> '$.a') is null), raw -> 'a' from quarantine",
    "select list_transform([1, 2], lambda x: x + 1), [x * 2 for x in [1, 2]], {'a': 1}.a, map {'k': 1}['k']",
    "select regexp_extract(reason, '(\\w+)Error', 1), split_part(reason, ':', 1), reason[1:10], left(reason, 5) from cycles",
    "select c.cycle, a.action from cycles c join attempts a on a.iteration = c.cycle and a.fingerprint <> ''",
    "select * from cycles asof join attempts on cycles.ts >= attempts.ts",
    "select * from (pivot cycles on type in ('bug', 'docs') using count(*) group by epoch)",
    "select distinct on (type) type, cycle from cycles order by type, ts desc",
    "select coalesce(type, '?'), if(success, 1, 0), case when duration > 300 then 'long' end, try_cast(issue as int) from cycles",
    "select bar(duration, 0, 900, 20), printf('%5.1f', duration), lpad(type, 10, ' '), repeat('x', 10) from cycles",
    "select * from generate_series(timestamp '2026-06-01', timestamp '2026-06-08', interval 1 day) as days(day)",
    "select unnest([1, 2, 3]) as n, grouping(type), count(*) from cycles group by rollup (type)",
    "summarize cycles",
    "describe cycles",
    "values (1, 'a'), (2, 'b')",
    "select columns('lines_.*'), cycles.* exclude (reason) from cycles using sample 3",
    "select levenshtein(left(a.action, 100), left(b.action, 100)) from attempts a, attempts b limit 3",
    "select main.cycles.cycle from main.cycles where exists (from rejects) and line = any (select line from rejects)",
)
"""What analysts write."""
