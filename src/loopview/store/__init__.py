"""DuckDB as a lens on the loop's files: typed rows, rejects, positions, questions and pages; it can be thrown away.

See ``store.database.Store`` for an example; ``store.page.View`` and ``store.questions`` say what can be asked.
"""
