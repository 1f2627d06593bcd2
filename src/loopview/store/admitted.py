"""What a question of the operator's may be made of: tables, functions and the forms of a statement.

Everything else is refused. Nothing here reads a file, the environment or a setting, waits, writes, or makes a value
of a size that its arguments choose; where only the size is the trouble, ``LITERAL_SIZES`` says how large it may be.
"""

from __future__ import annotations

from loopview.domain.tables import TABLES as DESCRIBED


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


TABLES: frozenset[str] = frozenset(DESCRIBED)
"""Tables and views that may be asked."""

TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each"})
"""Functions that may stand in FROM; they stream, and end when interrupted."""

_OPERATORS = """
    + - * / // % ** ^ & | ~ << >> ! || = <> != < <= > >= <=> @ ^@ ~~ !~~ ~~* !~~* ~~~ -> ->> @> <@ &&
    like_escape ilike_escape not_like_escape not_ilike_escape __between __cast __postfix !__postfix
"""
_AGGREGATES = """
    any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_min
    arg_min_null argmax argmin array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if
    count_star countif covar_pop covar_samp entropy favg first fsum geomean geometric_mean group_concat
    histogram kahan_sum kurtosis kurtosis_pop last list listagg mad max max_by mean median min min_by mode
    product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2
    regr_slope regr_sxx regr_sxy regr_syy sem skewness stddev stddev_pop stddev_samp string_agg sum sumkahan
    var_pop var_samp variance wavg weighted_avg grouping grouping_id
"""
_WINDOWS = """
    cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank rank_dense
    row_number
"""
_NUMBERS = """
    abs acos acosh add asin asinh atan atan2 atanh bit_count cbrt ceil ceiling cos cosh cot degrees divide even
    exp factorial fdiv floor fmod gamma gcd greatest greatest_common_divisor hash isfinite isinf isnan lcm least
    least_common_multiple lgamma ln log log10 log2 mod multiply pi pow power radians random round round_even
    roundbankers sign signbit sin sinh sqrt subtract tan tanh trunc xor
"""
_TEXTS = """
    ascii base64 bin bit_length char_length character_length chr concat concat_ws contains decode encode
    ends_with format formatreadabledecimalsize formatreadablesize format_bytes from_base64 from_hex hex instr
    jaccard lcase left left_grapheme len length length_grapheme lower lpad ltrim md5 nfc_normalize octet_length
    ord parse_dirname parse_dirpath parse_filename parse_formatted_bytes parse_path position prefix printf
    regexp_escape regexp_extract regexp_extract_all regexp_full_match regexp_matches regexp_replace
    regexp_split_to_array repeat replace reverse right right_grapheme rpad rtrim sha1 sha256 split split_part
    starts_with str_split str_split_regex string_split string_split_regex string_to_array strip_accents strlen
    strpos substr substring substring_grapheme suffix to_base to_base64 to_binary to_hex translate trim ucase
    unbin unhex unicode upper url_decode url_encode bar overlay levenshtein damerau_levenshtein editdist3
    hamming mismatches jaro_similarity jaro_winkler_similarity
"""
_TIMES = """
    age ago century current_date current_localtime current_localtimestamp date_add date_diff date_part date_sub
    date_trunc datediff datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear days_in_month
    decade epoch epoch_ms epoch_ns epoch_us era get_current_time get_current_timestamp hour isodow isoyear
    julian last_day make_date make_time make_timestamp make_timestamp_ms make_timestamp_ns make_timestamptz
    microsecond millennium millisecond minute month monthname nanosecond normalized_interval now quarter second
    strftime strptime time_bucket timezone to_centuries to_days to_decades to_hours to_microseconds to_millennia
    to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp to_weeks to_years today
    transaction_timestamp try_strptime week weekday weekofyear year yearweek
"""
_NESTED = """
    array_append array_apply array_cat array_concat array_contains array_distinct array_extract array_filter
    array_has array_has_all array_has_any array_indexof array_intersect array_length array_pop_back
    array_pop_front array_position array_prepend array_push_back array_push_front array_reverse
    array_reverse_sort array_select array_slice array_sort array_to_json array_to_string array_transform
    array_unique array_value array_where array_zip apply cardinality element_at equi_width_bins filter flatten
    from_json from_json_strict generate_series json json_array json_array_length json_contains json_exists
    json_extract json_extract_path json_extract_path_text json_extract_string json_group_array json_group_object
    json_keys json_object json_pretty json_quote json_structure json_transform json_transform_strict json_type
    json_valid json_value list_any_value list_append list_apply list_aggr list_aggregate array_aggr
    array_aggregate list_avg list_bool_and list_bool_or list_cat list_concat list_contains list_count
    list_distinct list_element list_extract list_filter list_first list_has list_has_all list_has_any
    list_indexof list_intersect list_last list_mad list_max list_median list_min list_mode list_pack
    list_position list_prepend list_product list_reverse list_reverse_sort list_select list_slice list_sort
    list_stddev_pop list_stddev_samp list_string_agg list_sum list_transform list_unique list_value list_var_pop
    list_var_samp list_where list_zip map map_concat map_contains map_contains_entry map_contains_value
    map_entries map_extract map_extract_value map_from_entries map_keys map_values range row row_to_json
    struct_concat struct_extract struct_extract_at struct_insert struct_keys struct_pack struct_values to_json
    unnest unpivot_list
"""
_OTHERS = "coalesce constant_or_null can_cast_implicitly if ifnull nullif typeof try error switch columns"

AGGREGATES: frozenset[str] = frozenset(_AGGREGATES.split())
FUNCTIONS: frozenset[str] = frozenset(
    f"{_OPERATORS} {_AGGREGATES} {_WINDOWS} {_NUMBERS} {_TEXTS} {_TIMES} {_NESTED} {_OTHERS}".split()
)
"""Functions that may stand in an expression, in small letters."""

LITERAL_SIZES: dict[str, tuple[int, int]] = {
    "repeat": (1, 1_000),
    "lpad": (1, 1_000),
    "rpad": (1, 1_000),
    "bar": (3, 500),
}
"""Functions whose result is as long as one argument says: which argument, written as a number, and the most."""

SHORT_TEXTS = _set("""
    levenshtein damerau_levenshtein editdist3 hamming mismatches jaro_similarity jaro_winkler_similarity
""")
"""Functions whose time grows with the product of two lengths: each argument written out, or left(…, 200)."""

WHOLE_PARTITION = _set("""
    approx_quantile approx_top_k array_agg entropy group_concat histogram list listagg mad mode string_agg
""")
"""Aggregates that compute every frame of a window anew: over whole partitions only."""

BY_NAME = frozenset({"list_aggr", "list_aggregate", "array_aggr", "array_aggregate"})
"""Functions that take the name of an aggregate, to be written out."""

PATTERNS = _set("""
    regexp_extract regexp_extract_all regexp_full_match regexp_matches regexp_replace regexp_split_to_array
    split str_split_regex string_split_regex
""")
"""Functions that compile their second argument: it has to be written out, or each row would compile its own."""

SPANS = frozenset({"range", "generate_series"})
"""Functions that make a list of as many values as their arguments span; in FROM they stream."""

GROWING = _set("""
    || concat concat_ws replace regexp_replace translate list_concat list_cat array_concat array_cat list_append
    list_prepend array_append array_prepend array_push_back array_push_front list_value list_pack array_value
    struct_pack row struct_insert struct_concat struct_values map map_concat map_from_entries json_array
    json_object to_json row_to_json array_to_json flatten array_to_string list_string_agg list_zip array_zip
    overlay printf format
""")
"""Functions whose result is as large as their arguments together: nested, they double and double again."""

NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
SOURCES = frozenset(
    {
        "BASE_TABLE",
        "SUBQUERY",
        "JOIN",
        "TABLE_FUNCTION",
        "EMPTY",
        "EXPRESSION_LIST",
        "PIVOT",
        "SHOW_REF",
        "COLUMN_DATA",
    }
)
MODIFIERS = frozenset(
    {
        "ORDER_MODIFIER",
        "LIMIT_MODIFIER",
        "LIMIT_PERCENT_MODIFIER",
        "DISTINCT_MODIFIER",
        "ORDER_DEFAULT",
        "ASCENDING",
    }
    | {"DESCENDING", "ORDER_ASCENDING", "ORDER_DESCENDING"}
)
CLASSES = _set("""
    BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT DEFAULT FUNCTION LAMBDA LAMBDA_REF
    OPERATOR PARAMETER POSITIONAL_REFERENCE STAR SUBQUERY TYPE WINDOW
""")
"""Forms of a parsed statement that are known to do nothing but read."""

_DOORS = {
    "files": """
        read_text read_blob read_csv read_csv_auto read_json read_json_auto read_json_objects read_ndjson
        read_ndjson_auto read_ndjson_objects read_parquet parquet_scan parquet_metadata parquet_schema
        sniff_csv glob read_duckdb
    """,
    "the environment": """
        getenv
    """,
    "settings": """
        current_setting duckdb_settings
    """,
    "secrets": """
        duckdb_secrets which_secret
    """,
    "variables": """
        getvariable
    """,
    "the clock": """
        sleep_ms pg_sleep
    """,
    "text as SQL": """
        query query_table json_execute_serialized_sql
    """,
    "sequences": """
        nextval currval setval
    """,
    "the log": """
        write_log duckdb_logs enable_logging
    """,
}
DOORS: dict[str, str] = {name: place for place, names in _DOORS.items() for name in names.split()}
"""Functions that lead out of the data, and where to: for a plain sentence."""
