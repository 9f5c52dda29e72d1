"""Words of a text as the lexical index keeps them: folded, without stop words, stemmed."""

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer

# Words that say nothing of what a message is about, among them the small talk of chats.
_STOP_WORDS = """
a an the and or but if so of to in on at by for with from into about as
is are was were be been being am do does did doing done have has had having
i me my mine myself you your yours yourself he him his himself she her hers herself
it its itself we us our ours they them their theirs this that these those there here
what which who whom whose when where why how
will would could should can may might must shall not no nor only own same than then too very
just also any some such both each more most other s t d ll m re ve don o y u
hey hi hello wow yeah yes ok okay oh thanks thank really lot got get go going gets im
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
# Scripts that write no spaces between words; pairs of their letters stand in for words.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
# A stemmer keeps state while it works, so every thread has its own.
_of_thread = threading.local()


def words(text: str) -> list[str]:
    """The words of the text, folded; possessive and contracted endings are cut off."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    found: list[str] = []
    for match in _WORD.finditer(folded):
        word = match.group().partition("'")[0]
        if _UNSPACED.search(word) and len(word) > 2:
            found.extend(word[start : start + 2] for start in range(len(word) - 1))
        else:
            found.append(word)
    return found


def terms(text: str) -> list[str]:
    """What the lexical index counts of a text, in order."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The term of a folded word. Words of other alphabets are kept as they are."""
    if not word.isascii():
        return word
    if not hasattr(_of_thread, "stemmer"):
        _of_thread.stemmer = Stemmer.Stemmer("english")
    return str(_of_thread.stemmer.stemWord(word))
