"""Messages as sentences: whose words they are, of which kind, and where exactly they stand.

Every offset counts characters of the message itself: what is rewritten here for matching keeps
its length.
"""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from knowledge.extraction.words import words

MASK = "\ue000"  # a private character: no word, no space; stands for what must not match
MAX_CHARACTERS = 20_000  # of one message; what is behind that is an episode only
PASTED_CHARACTERS = 3_000  # a longer message with hardly an "I" in it was pasted
SENTENCE_CHARACTERS = 1_000  # a longer one is read in pieces: time grows with its square
TITLE_WORDS = 6  # longer things in quotation marks are speech

# Same length, so that offsets stay.
_SAME = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "\xa0": " "})


@cache
def _upper() -> str:
    """A regex class of capital letters: `re` has none of its own."""
    capitals = [chr(code) for code in range(0x80, 0x530) if chr(code).isupper()]
    return "A-Z" + "".join(capitals)


UPPER = _upper()
WORD = rf"[{UPPER}][^\W_]*(?:['-][^\W_]+)*"
NAME = re.compile(rf"{WORD}(?:\.(?=\s[{UPPER}]))?")


class Kind(StrEnum):
    """What a sentence is, as far as memory cares."""

    STATEMENT = "statement"
    QUESTION = "question"
    HYPOTHETICAL = "hypothetical"
    REQUEST = "request"
    PRIVATE = "private"  # the user asked that it is not remembered
    PASTED = "pasted"
    GREETING = "greeting"
    THANKS = "thanks"
    CHITCHAT = "chitchat"
    EMPTY = "empty"


@dataclass(frozen=True)
class Sentence:
    """One sentence; `text` is masked and has the length of what it stands for."""

    start: int
    end: int
    text: str
    speaker: str | None  # who says "I", where it is not the user
    kind: Kind
    is_explicit: bool = False  # "remember that ..."

    @property
    def is_stated(self) -> bool:
        """True when it says how things are."""
        return self.kind is Kind.STATEMENT


# -- what is not the user's own prose

_FENCE = re.compile(r"(?:```|~~~).*?(?:```|~~~|\Z)", re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_QUOTED_LINE = re.compile(r"^[ \t]*>[^\n]*$", re.MULTILINE)
_TABLE_LINE = re.compile(r"^[ \t]*\|[^\n]*\|[ \t]*$", re.MULTILINE)
_TAG = re.compile(r"<(script|style)\b.*?(?:</\1>|\Z)|</?[a-zA-Z][^<>\n]{0,200}>", re.DOTALL)
_FORWARDED = re.compile(
    r"(?:^|\n)(?:-{2,} ?(?:Original Message|Forwarded message)|From: [^\n]+\n(?:Sent|To|Date): |"
    r"On [^\n]{5,80} wrote:\s*\n|BEGIN [A-Z ]+\n).*\Z",
    re.DOTALL | re.IGNORECASE,
)
_SPEECH = re.compile(r'"([^"\n]{2,2000})"')
_OWN_WORD = re.compile(r"\b(?:I|I'[a-z]+|[Mm]y|me|ich|mein[a-z]*|[Ww]e|our)\b")
_INTRODUCES = re.compile(
    r"\b(?:article|text|e-?mail|paragraph|passage|essay|letter|story|poem|transcript|document|"
    r"translate|summari[sz]e|proofread|rewrite|rephrase|correct)\b[^\n]{0,80}:[ \t]*\n",
    re.IGNORECASE,
)


_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """Without what no database and no page can hold."""
    return _UNPRINTABLE.sub("", text)


def plain(content: str) -> str:
    """The message with what is not its author's prose masked; every character keeps its place."""
    text = _UNPRINTABLE.sub(MASK, content[:MAX_CHARACTERS].translate(_SAME))
    for pattern in (_FENCE, _CODE, _QUOTED_LINE, _TABLE_LINE, _TAG, _FORWARDED):
        text = pattern.sub(_masked, text)
    text = _SPEECH.sub(_masked_speech, text)
    if introduced := _INTRODUCES.search(text):
        text = text[: introduced.end()] + MASK * (len(text) - introduced.end())
    return text


def _masked(match: re.Match[str]) -> str:
    return "".join("\n" if character == "\n" else MASK for character in match[0])


def _masked_speech(match: re.Match[str]) -> str:
    """Titles stay; what somebody says does not: its "I" is another's."""
    said = match[1]
    if len(said.split()) <= TITLE_WORDS and not _OWN_WORD.search(said):
        return match[0]
    return '"' + MASK * len(said) + '"'


# -- who speaks

_LABEL = re.compile(rf"(?:\*\*)?({WORD}(?: {WORD}){{0,2}})(?:\*\*)?:(?:\*\*)? +(?=\S)")
_NO_SPEAKERS = words("not_speakers")


@dataclass(frozen=True)
class Part:
    """A stretch of a message that one person says."""

    start: int
    end: int
    speaker: str | None


def parts_of(text: str) -> Sequence[Part]:
    """The message by speakers; later labels count only when the message begins with one."""
    first = _LABEL.match(text)
    if first is None or not _is_speaker(first[1]):
        return [Part(0, len(text), None)]
    starts = [first, *_later_labels(text, first)]
    ends = [label.start() for label in starts[1:]] + [len(text)]
    return [Part(label.end(), end, label[1]) for label, end in zip(starts, ends, strict=True)]


def _later_labels(text: str, first: re.Match[str]) -> list[re.Match[str]]:
    found = []
    position = text.find("\n", first.end())
    while position != -1:
        label = _LABEL.match(text, position + 1)
        if label is not None and _is_speaker(label[1]):
            found.append(label)
        position = text.find("\n", position + 1)
    return found


def _is_speaker(label: str) -> bool:
    return all(
        word.lower() not in _NO_SPEAKERS and word.lower() not in words("not_names")
        for word in label.split()
    )


# -- sentences

_END = re.compile(r"[.!?…]+[\"')\]*_]*(?=\s|$)|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|e\.g|i\.e|z\.B|d\.h|bzw|ca|approx|no|Nr|Jan|Feb|"
    r"Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|a\.m|p\.m|U\.S|Str)|\b[A-Z]|(?:^|\s)\d{1,2})\.$"
)
_BULLET = re.compile(r"\s*(?:[-*•+]|\d{1,3}[.)])?\s*")


def sentences_of(content: str) -> Sequence[Sentence]:
    """Every sentence of a message, in order."""
    text = plain(content)
    is_pasted = len(text) > PASTED_CHARACTERS and len(_OWN_WORD.findall(text)) * 300 < len(text)
    return [
        sentence
        for part in parts_of(text)
        for sentence in _sentences_in(text, part, is_pasted=is_pasted)
    ]


def _sentences_in(text: str, part: Part, *, is_pasted: bool) -> Iterator[Sentence]:
    for start, end in _cuts(text, part):
        words_ = text[start:end]
        kind = Kind.PASTED if is_pasted else kind_of(words_)
        yield Sentence(
            start, end, words_, part.speaker, kind, is_explicit=_EXPLICIT.match(words_) is not None
        )


def _cuts(text: str, part: Part) -> Iterator[tuple[int, int]]:
    start = part.start
    for end in _END.finditer(text, part.start, part.end):
        if end[0] == "." and _ABBREVIATION.search(text, max(start, end.end() - 8), end.end()):
            continue
        yield from _short(text, start, end.end())
        start = end.end()
    yield from _short(text, start, part.end)


def _short(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence, or its pieces when it is one that nobody would speak."""
    while end - start > SENTENCE_CHARACTERS:
        space = text.rfind(" ", start + 1, start + SENTENCE_CHARACTERS)
        cut = space if space > start else start + SENTENCE_CHARACTERS
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    bullet = _BULLET.match(text, start, end)
    start = bullet.end() if bullet else start
    while end > start and text[end - 1].isspace():
        end -= 1
    if any(character.isalnum() for character in text[start:end]):
        yield start, end


# -- what kind of sentence it is

_EXPLICIT = re.compile(
    r"\s*(?:please\s+|and\s+|also\s+|can you (?:please )?)*(?:remember|note|keep in mind|"
    r"don't forget|merk dir|denk daran|make a note|save|store|memori[sz]e)(?:\s+(?:that|this|dass|"
    r"down|for later|please|of the fact))*\s*[,:–-]?\s+(?=\S)"
    r"(?!(?:when|how|what|where|who|why|to|if|me|the time|the (?:file|document))\b)",
    re.IGNORECASE,
)
_PRIVATE = re.compile(
    r"\s*(?:please\s+)?(?:(?:do not|don't|never)\s+(?:remember|store|save|note|keep)|forget|"
    r"off the record|vergiss|merk dir (?:das )?nicht)\b|.*\b(?:off the record|between us|"
    r"(?:do not|don't) (?:remember|save|store) (?:this|that|it))\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\s*(?:(?:and|so|but|also|ok|okay|well|hey|hi|wow|oh)[,\s]+)*"
    r"(?:(?:who|what|where|when|why|how|which|whose|whom)\b(?!ever)(?:'s|'re|'d|'ve)?\s+"
    r"(?:is|are|was|were|do|does|did|can|could|should|would|will|have|has|about|kind|many|much|"
    r"long|often|to|the|a|an|i|you|we|my|your|time|day|else|if|[a-z]+s?)\b"
    r"|(?:do|does|did|can|could|would|will|should|are|is|am|was|were|have|has|may|shall)(?:n't)?"
    r"\s+(?:i|you|we|he|she|they|it|there|this|that|these|those|my|your|our|the|anyone|someone)\b"
    r"|(?:wer|was|wo|wann|warum|wie|welche[rs]?|kannst|könntest|hast|bist|weißt)\s)",
    re.IGNORECASE,
)
_WH_STATEMENT = re.compile(r"\s*(?:when|what|where)\s+(?:i|we|my)\b[^?]*$", re.IGNORECASE)
_HYPOTHETICAL = re.compile(
    r"\s*(?:(?:and|so|but|well|hey|then)[,\s]+)*(?:if|suppose|supposing|imagine|"
    r"let's (?:say|pretend|imagine|assume)|assume|assuming|pretend|what if|say i|were i|had i|in case|wenn|falls|"
    r"angenommen|stell dir vor)\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\s*(?:(?:please|now|then|ok|okay|and|also|hey|hi|just|so)[,\s]+)*"
    r"(?:write|explain|tell|show|give|translate|summari[sz]e|list|find|search|help|make|create|"
    r"draft|describe|compare|calculate|compute|convert|generate|fix|check|rewrite|rephrase|"
    r"suggest|recommend|remind|ignore|disregard|act as|you are now|pretend to be|respond|answer|"
    r"reply|print|output|repeat|run|open|send|schedule|book|add|delete|remove|set|look up|define|"
    r"debug|refactor|review|proofread|analy[sz]e|continue|stop|try again|let me know|do the|"
    r"use the|schreib|erklär|übersetze|zeig|gib|hilf|such)(?:e|en)?\b(?!\s*(?:'|is|was|are|were)\b)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\s*(?:(?:hi|hello|hey|hiya|howdy|yo|good (?:morning|evening|afternoon|night|day)|bye|goodbye|"
    r"see (?:you|ya)|talk (?:to you )?(?:soon|later)|take care|cheers|welcome|long time no see|"
    r"(?:nice|great|good|lovely) to (?:see|meet|hear|talk)|hallo|guten (?:morgen|tag|abend)|"
    r"tschüss|servus|moin|gute nacht)\b[^.!?]{0,40}[.!?]*\s*)+$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\s*(?:(?:ok|okay|great|perfect|wow|aw+|oh|cool|awesome|many|so)[,!\s]+)*"
    r"(?:thanks|thank you|thx|ty|cheers|much appreciated|(?:really )?appreciate (?:it|that)|danke|"
    r"vielen dank|i (?:really )?appreciate)\b",
    re.IGNORECASE,
)
_CHITCHAT = re.compile(
    r"\s*(?:(?:yes|yeah|yep|no|nope|ok|okay|wow|oh|haha|lol|well|hey|cool|nice|great|aw+)[,!.\s]+)*"
    r"(?:ok|okay|sure|yes|no|yep|yeah|nope|great|nice|cool|awesome|amazing|wow|perfect|lol|haha+|hmm+|"
    r"exactly|right|true|totally|absolutely|definitely|indeed|sounds? (?:good|great|like|fun|"
    r"awesome|amazing|interesting)|got it|i see|i (?:totally |completely |really )?(?:agree|know|"
    r"understand|guess so|think so|hope so|get it|get that|bet|feel you|hear you|mean)|me too|"
    r"same here|no problem|no worries|never mind|my pleasure|you're (?:welcome|right|so)|"
    r"that's (?:\w+ ){0,2}(?:great|awesome|amazing|cool|nice|wonderful|true|right|fantastic|lovely|"
    r"good|fine|sweet|funny|interesting|incredible|beautiful|tough|sad|rough|fun|perfect|it|all)|"
    r"it's (?:fine|ok|okay|all good|alright)|i'm (?:so |really |very |super )?(?:fine|good|ok|okay|"
    r"sorry|glad|happy (?:for|to hear|that you)|proud of you|here for you|great|well|"
    r"(?:excited|happy) for you)|"
    r"i can't wait|can't wait|good (?:luck|idea|point|for you|question)|let's go|"
    r"let's do (?:it|this)|congrat\w*|way to go|keep (?:it up|going|up)|enjoy|have (?:a|fun)|hope (?:you|it|to|that)|"
    r"i (?:just )?(?:hope|wish) you|all good|alles klar|genau|stimmt|super)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:I|i|my|we|our|ich|mein\w*|wir)\b(?!\s*(?:appreciate|agree)\b)")


def kind_of(text: str) -> Kind:
    """What a sentence is; its text may be masked."""
    if text.count(MASK) * 2 > len(text):
        return Kind.PASTED
    if _PRIVATE.match(text) or _EXPLICIT.match(text):
        return Kind.PRIVATE if _PRIVATE.match(text) else Kind.STATEMENT
    return _kind_of_question(text) or _kind_of_talk(text)


def _kind_of_question(text: str) -> Kind | None:
    if text.rstrip("\"')*_ ").endswith("?"):
        return Kind.QUESTION
    if _HYPOTHETICAL.match(text):
        return Kind.HYPOTHETICAL
    if _QUESTION.match(text) and not _WH_STATEMENT.match(text):
        return Kind.QUESTION
    return None


def _kind_of_talk(text: str) -> Kind:
    if _GREETING.match(text):
        return Kind.GREETING
    if _REQUEST.match(text):
        return Kind.REQUEST
    thanks = _THANKS.match(text)
    if thanks and not _FIRST_PERSON.search(text, thanks.end()):
        return Kind.THANKS
    chat = _CHITCHAT.match(text)
    if chat and not _FIRST_PERSON.search(text, chat.end()):
        return Kind.CHITCHAT
    return Kind.STATEMENT


def explicit_lead(text: str) -> int:
    """How many characters "remember that" takes at the beginning of a sentence."""
    found = _EXPLICIT.match(text)
    return found.end() if found else 0
