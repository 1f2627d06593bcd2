"""What has the shape of a secret, told for each kind of file as well as its kind allows."""

from __future__ import annotations

from loopview.guarded.secrets import masked, masked_source
from loopview.modify.quoted import bounded

SOURCE = (
    *(".py", ".pyi", ".js", ".jsx", ".ts", ".tsx", ".go", ".rs", ".java", ".kt", ".c", ".h", ".cc", ".cpp", ".hpp"),
    *(".cs", ".rb", ".php", ".swift", ".scala", ".lua", ".sh", ".sql", ".html", ".css", ".md", ".rst"),
)
"""Files in which a secret stands in quotes: ``token = next(tokens)`` is none."""


def hidden(text: str, path: str = "") -> str:
    """A text without recognised secrets: in source only those in quotes, elsewhere all that are named so."""
    return masked_source(text) if path.lower().endswith(SOURCE) else masked(text)


def told(text: str, most: int, path: str = "") -> str:
    """A text as a prompt may hold it: without recognised secrets, and of at most about ``most`` characters.

    What is masked is three times as much, so that no secret is cut before it is recognised.
    """
    return bounded(hidden(bounded(text, 3 * most), path), most)
