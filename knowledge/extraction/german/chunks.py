"""A German sentence as chunks: noun phrases, prepositional phrases, times, verbs, small words."""

# ruff: noqa: E501  a pattern stays on its line: the tables are read by their columns

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from knowledge.dates import MONTHS
from knowledge.extraction.german.lexicon import (
    BASES,
    is_first_name,
    may_be_name,
    noun_kinds,
    role_of,
    small_words,
)
from knowledge.extraction.german.morphology import verb_forms


class Kind(StrEnum):
    """What a chunk is."""

    NOUN = "noun"  # a noun phrase
    PREPOSITION = "preposition"  # with its noun phrase
    TIME = "time"
    PRONOUN = "pronoun"
    NEGATION = "negation"
    ADVERB = "adverb"  # or an adjective that stands alone, or anything unknown
    VERB = "verb"
    ZU = "zu"  # before an infinitive
    AND = "and"
    MARK = "mark"  # a comma and its like
    INTERJECTION = "interjection"


@dataclass(frozen=True)
class Token:
    """A word, number or mark of the sentence."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """As it is looked up."""
        return self.text.lower()

    @property
    def is_word(self) -> bool:
        """True for what is no mark."""
        return self.text[0].isalnum()


@dataclass(frozen=True)
class Chunk:
    """A part of a sentence; `others` are joined with it by commas and "und"."""

    kind: Kind
    tokens: Sequence[Token]
    text: str
    start: int
    end: int
    preposition: str = ""  # without the article: "im" is "in"
    determiner: str = ""  # in small letters
    head: str = ""  # the noun, as written
    noun_start: int = 0  # where the words behind preposition and article begin
    others: Sequence["Chunk"] = ()
    link: str = "und"  # what joins the last of them

    @property
    def word(self) -> str:
        """The first word in small letters."""
        return self.tokens[0].lower

    @property
    def name(self) -> str:
        """The words of the noun phrase alone, whatever has been joined to it since."""
        return " ".join(t.text for t in self.tokens if t.start >= self.noun_start)

    @property
    def nouns(self) -> str:
        """Without preposition and article, and without an apposition."""
        return self.text[self.noun_start - self.start :].split(", ", 1)[0].rstrip(",")


_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b"
_WEEKDAY = r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend"
_PART = r"(?:früh|morgen|vormittag|mittag|nachmittag|abend|nacht)"
_DAY = rf"(?:{_WEEKDAY})(?:{_PART})?(?: {_PART})?"
_COUNT = r"(?:\d+(?:[.,]\d+)?|eine[mnrs]?|ein|ein paar|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwanzig|dreißig|anderthalb|einigen?|wenigen?|mehreren?|vielen?)"  # fmt: skip
_UNIT = (
    r"(?:tag(?:en?)?|wochen?|monat(?:en?)?|jahr(?:en?)?|stunden?|minuten?|jahrzehnten?|semestern?)"
)
_ABOUT = r"(?:(?:etwa|ca\.?|circa|ungefähr|fast|über|gut|knapp|rund|mehr als|genau) )?"
_STEP = r"(?:vorletzt|letzt|nächst|übernächst|kommend|vergangen|vorig|dies)e[nrsm]?"
_SPAN = rf"(?:wochenende|woche|monats?|jahr(?:es)?|{_DAY}|{_MONTH}|sommer|winter|herbst|frühling|frühjahr|nacht|semester|schuljahr|mal|tage[n]?|ferien)"
_SEASON = r"(?:frühling|frühjahr|sommer|herbst|winter)"
_EARLY = r"(?:(?:anfang|mitte|ende) )"
_FEAST = r"(?:weihnachten|ostern|pfingsten|silvester|neujahr|karneval|fasching)"
_TIME = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(
        (
            rf"(?:immer )?jede[nrsm]? (?:(?:zweite|dritte|vierte|erste|letzte)[nrsm]? )?(?:tag|morgen|abend|nacht|mittag|vormittag|nachmittag|woche|wochenende|monat|jahr|sommer|winter|herbst|frühling|{_DAY})(?: im monat)?",
            rf"alle {_COUNT} {_UNIT}",
            r"(?:immer )?(?:(?:ein|zwei|drei|vier|fünf)mal|\d+ ?(?:x|mal)) (?:pro|in der|die|im|am) (?:tag|woche|monat|jahr)",
            rf"(?:immer )?(?:{_WEEKDAY})s(?: und (?:{_WEEKDAY})s)*(?: (?:früh|morgens|abends))?",
            r"(?:immer )?(?:morgens|vormittags|mittags|nachmittags|abends|nachts|täglich|wöchentlich|monatlich|jährlich)",
            rf"(?:seit|ab|bis|vor|in|nach) {_ABOUT}{_COUNT} (?:halben |ganzen |guten )?{_UNIT}",
            rf"{_ABOUT}{_COUNT} {_UNIT} lang",
            rf"(?:seit|ab|bis|von|vom|zum|zu) (?:gestern|heute|morgen|vorgestern|kurzem|neuestem|jeher|damals|ewigkeiten|geburt|langem|längerem|{_FEAST})",
            rf"(?:(?:am|im|in der|in den|in|seit(?: der)?|ab|bis|zum|bis zum|den|die) )?{_STEP} {_SPAN}(?: {_PART})?",
            rf"(?:(?:am|vom|den) )?\d{{1,2}}\. ?(?:und|bis|bis zum|-|–|/) ?\d{{1,2}}\. ?{_MONTH}(?: (?:19|20)\d\d)?",
            rf"(?:(?:am|der|den|bis|bis zum|ab|ab dem|vom|zum|seit|seit dem|dem) )*(?:{_DAY},? (?:den |dem )?)?\d{{1,2}}\. ?(?:{_MONTH}|\d{{1,2}}\.)(?: ?(?:19|20)\d\d)?",
            rf"(?:(?:im|seit|ab|bis|bis zum|in|zum) )?{_EARLY}(?:{_MONTH}|des (?:jahres|monats)|{_STEP} {_SPAN}|der woche|(?:19|20)\d\d)(?: (?:19|20)\d\d)?",
            rf"(?:im|seit|ab|bis|in|für|vor|nach|gegen) {_MONTH}(?: (?:19|20)\d\d)?",
            rf"(?:(?:am|diesen|ab|bis|seit|bis zum|kommenden|immer am|an einem|vor|nach) )?(?:{_DAY})(?!s\b)",
            rf"(?:heute|gestern|morgen|vorgestern|übermorgen)(?: {_PART})?",
            rf"(?:im|diesen|letzten) {_SEASON}(?: (?:19|20)\d\d)?",
            r"am (?:wochenende|morgen|vormittag|mittag|nachmittag|abend)",
            r"in der (?:nacht|früh)|an den wochenenden|unter der woche",
            rf"(?:zu|an|über|nach|vor|bis) {_FEAST}|zum jahresende|zum jahreswechsel|in den ferien",
            r"(?:im jahr(?:e)? |seit |ab |bis |in )?(?<!\w )(?:19|20)\d\d(?![\w.,]\d)|(?:im jahr(?:e)? |seit |ab |bis )(?:19|20)\d\d",
            r"(?:(?:um|gegen|ab|bis|von|so um) )(?:halb |viertel (?:vor |nach )?|kurz (?:vor|nach) )?(?:\d{1,2}(?:[:.]\d\d)?|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)(?: uhr(?: \d\d)?)?(?![\w%€]| (?:euro|prozent|kilo|jahre|kg|%|€))",
            r"\d{1,2}(?:[:.]\d\d)? uhr(?: \d\d)?",
        )
    )
    + r")(?!\w)",
    re.IGNORECASE,
)
# "Guten Morgen", "ein Abend": a noun phrase has the word.
_NOT_TIME = re.compile(
    r"\b(?:gut|schön|ein|kein|mein|die|der|das|viel)(?:e[nmrs]?)? $", re.IGNORECASE
)
_TOKEN = re.compile(
    r"\ue000+|https?://\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+?\d[\d()/]*(?:[ /-]\d{2,})+|\d+(?:[.,:]\d+)*(?:\.(?=\s[^\W\d]))?|"
    r"(?:Dr|Prof|St|Nr|ca|Hr|Fr|Dipl|Ing|bzw|etc|usw)\.|[^\W_]+(?:['&+/.-]?[^\W_]+)*[+#]*|[^\w\s]"
)
_BEFORE_DETERMINERS = small_words("before_determiners")
_BEHIND_DETERMINERS = small_words("behind_determiners")
_UNITS = small_words("units")
_INFLECTED = re.compile(r"(?:e|en|er|es|em)$")
# A noun of these kinds does not go on a noun before it: "von Beruf | Optikerin".
_NEVER_SECOND = frozenset(("job", "subject", "language", "illness", "instrument"))
_PORTIONS = frozenset(("wochen", "tage", "stunden", "tassen", "gläser", "stück", "flaschen"))
_MEASURES = small_words("measures")
_ADVERB_ENDINGS = re.compile(r"(?:weise|lich|(?<!fle)(?<![ft])isch|los|bar|maßen|wärts|mals)$")
_TITLES = frozenset(("herr", "herrn", "frau", "dr.", "prof.", "familie", "hr.", "fr."))
_GENITIVES = small_words("genitives")
_INTENSIFIERS = small_words("intensifiers")
_BOUNDARIES = frozenset(",;:–—()-")


@dataclass
class Chunker:
    """Cuts one sentence; `has_capitals` tells whether nouns can be seen by theirs."""

    text: str
    has_capitals: bool
    tokens: Sequence[Token] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tokens = [Token(m[0], m.start(), m.end()) for m in _TOKEN.finditer(self.text)]
        self.first_words = {0} | {
            number + 1
            for number, token in enumerate(self.tokens)
            if token.text in ':"„“»*' or token.text in ".!?"
        }
        self.times = {}
        for match in _TIME.finditer(self.text):
            if not _NOT_TIME.search(self.text, 0, match.start()):
                self.times[match.start()] = match.end()

    def chunks(self) -> list[Chunk]:
        """All of them, in order, lists joined."""
        found: list[Chunk] = []
        position = 0
        while position < len(self.tokens):
            chunk = self._chunk_at(position, found)
            found.append(chunk)
            position += len(chunk.tokens)
        return _join_lists(found)

    def _chunk_at(  # noqa: PLR0911, PLR0912  a return a kind
        self, i: int, before: Sequence[Chunk]
    ) -> Chunk:
        token = self.tokens[i]
        word = token.lower
        if token.start in self.times:
            end = self.times[token.start]
            length = sum(1 for one in self.tokens[i:] if one.end <= end)
            if length:
                return self._chunk(Kind.TIME, i, i + length)
        if not token.is_word:
            return self._chunk(Kind.MARK, i, i + 1)
        is_small = token.text[0].islower() or i in self.first_words
        if is_small:
            if word in small_words("interjection") and self._is_interjection(i, before):
                return self._chunk(Kind.INTERJECTION, i, i + 1)
            if word in small_words("coordinator") and (
                word not in ("doch", "denn", "aber") or not before or before[-1].kind is Kind.MARK
            ):
                return self._chunk(Kind.AND, i, i + 1)
            if word == "noch" and any(one.word == "weder" for one in before):
                return self._chunk(Kind.AND, i, i + 1)
            negation = self._negation_length(i)
            if negation:
                return self._chunk(Kind.NEGATION, i, i + negation)
            if (
                word == "am"
                and i + 1 < len(self.tokens)
                and self.tokens[i + 1].lower.endswith("sten")
                and (self.tokens[i + 1].text[0].islower())
            ):
                return self._chunk(Kind.ADVERB, i, i + 2, head=self.tokens[i + 1].text)
            if word == "zu" and self._is_infinitive(i + 1):
                return self._chunk(Kind.ZU, i, i + 1)
            if word in small_words("preposition") and (chunk := self._prepositional(i)):
                return chunk
        if word == "meine" and before and before[-1].word == "ich":
            return self._chunk(Kind.VERB, i, i + 1)
        if (phrase := self._noun_phrase(i)) is not None:
            return self._measured(i, phrase)
        if token.text[0].isdigit():
            return self._chunk(Kind.NOUN, i, i + 1, head=token.text)
        if (is_small and word in small_words("pronoun")) or token.text in (
            "Sie",
            "Ihnen",
            "Du",
            "Ihr",
        ):
            return self._chunk(Kind.PRONOUN, i, i + 1)
        if is_small and is_verb(word) and word not in _NEVER_VERBS:
            return self._chunk(Kind.VERB, i, i + 1)
        return self._chunk(Kind.ADVERB, i, i + 1, head=token.text)

    def _chunk(self, kind: Kind, i: int, end: int, **fields: object) -> Chunk:
        tokens = self.tokens[i:end]
        start, stop = tokens[0].start, tokens[-1].end
        fields.setdefault("noun_start", start)
        return Chunk(kind, tokens, self.text[start:stop], start, stop, **fields)  # type: ignore[arg-type]  # of Chunk

    def _is_interjection(self, i: int, before: Sequence[Chunk]) -> bool:
        if any(chunk.kind not in (Kind.INTERJECTION, Kind.MARK) for chunk in before):
            return False
        following = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        if following is None or not following.is_word:
            return True
        is_greeting = self.tokens[i].lower in _LEADING
        return is_greeting or following.lower in small_words("interjection")

    def _negation_length(self, i: int) -> int:
        words = [token.lower for token in self.tokens[i : i + 3]]
        if words[0] in ("gar", "überhaupt", "auch", "noch", "immer", "einfach", "leider") and words[
            1:2
        ] == ["nicht"]:
            return 3 if words[2:] == ["mehr"] else 2
        if words[0] in small_words("negation"):
            return 2 if words[1:2] in (["mehr"], ["länger"]) else 1
        return 0

    def _is_infinitive(self, i: int) -> bool:
        return i < len(self.tokens) and (
            self.tokens[i].text in verb_forms().infinitives and self.tokens[i].text[0].islower()
        )

    def _prepositional(self, i: int) -> Chunk | None:  # noqa: PLR0911  a return a form
        word = self.tokens[i].lower
        base = BASES.get(word, word)
        j = i + 1
        if j >= len(self.tokens):
            return None
        if base in ("bis", "von", "seit") and self.tokens[j].lower in (
            "zu",
            "zum",
            "zur",
            "nach",
            "vor",
        ):
            inner = self._prepositional(j)
            if inner is not None:
                return self._chunk(Kind.PREPOSITION, i, j + len(inner.tokens), preposition=base,
                                   head=inner.head, noun_start=inner.noun_start)  # fmt: skip
        token = self.tokens[j]
        if token.start in self.times:
            return None
        if token.lower in ("hause", "haus") or (
            base in ("von", "nach", "bis", "seit")
            and token.lower in ("hier", "dort", "da", "oben", "unten", "nebenan")
        ):
            return self._chunk(Kind.PREPOSITION, i, j + 1, preposition=base, head=token.text,
                               noun_start=token.start)  # fmt: skip
        phrase = self._noun_phrase(j, is_behind_preposition=True)
        if phrase is not None:
            determiner = phrase.determiner or ("der" if word in BASES else "")
            return self._chunk(Kind.PREPOSITION, i, j + len(phrase.tokens), preposition=base,
                               determiner=determiner, head=phrase.head, noun_start=phrase.noun_start)  # fmt: skip
        if token.lower in small_words("pronoun") or token.text in ("Ihnen", "Sie"):
            return self._chunk(Kind.PREPOSITION, i, j + 1, preposition=base, head=token.lower,
                               noun_start=token.start)  # fmt: skip
        return None

    def _noun_phrase(self, i: int, *, is_behind_preposition: bool = False) -> Chunk | None:
        """The noun phrase that begins there, with its genitive."""
        j, determiner = i, ""
        tokens = self.tokens
        while (
            j < len(tokens) and self._is_small(j) and tokens[j].lower in small_words("determiner")
        ):
            if determiner and not (
                determiner in _BEFORE_DETERMINERS or tokens[j].lower in _BEHIND_DETERMINERS
            ):
                return None
            determiner = determiner or tokens[j].lower
            j += 1
        begin = j
        while j < len(tokens) and self._is_modifier(j, is_determined=bool(determiner)):
            j += 1
        is_sure = bool(determiner) or j > begin or (is_behind_preposition and not self.has_capitals)
        nouns = self._noun_run(j, is_determined=is_sure)
        if nouns == j:
            return None
        head = self._head(j, nouns)
        end = nouns
        if end < len(tokens) and tokens[end].lower in _GENITIVES and tokens[end].text[0].islower():
            genitive = self._noun_phrase(end)
            if genitive is not None:
                end += len(genitive.tokens)
        return self._chunk(
            Kind.NOUN, i, end, determiner=determiner, head=head, noun_start=tokens[begin].start
        )

    def _measured(self, i: int, phrase: Chunk) -> Chunk:
        """With "alt" behind "34 Jahre" and "groß" behind "1,83 m"."""
        end = i + len(phrase.tokens)
        is_amount = phrase.tokens[0].text[0].isdigit() or phrase.tokens[0].lower in small_words(
            "number"
        )
        if is_amount and end < len(self.tokens) and self.tokens[end].lower in _MEASURES:
            return self._chunk(Kind.NOUN, i, end + 1, head=self.tokens[end].lower)
        return phrase

    def _is_small(self, i: int) -> bool:
        return self.tokens[i].text[0].islower() or i in self.first_words

    def _is_modifier(self, i: int, *, is_determined: bool) -> bool:  # noqa: PLR0911  a rule a line
        """An adjective or a number that a noun follows."""
        token = self.tokens[i]
        if i + 1 >= len(self.tokens):
            return False
        following = self.tokens[i + 1]
        word = token.lower
        is_number = token.text[0].isdigit() or word in small_words("number")
        if is_number and following.lower in _UNITS:
            return self._is_noun(i + 2, is_determined=True) or self._is_noun(
                i + 1, is_determined=True
            )
        if word in _UNITS and i and self.tokens[i - 1].text[0].isdigit():
            return self._is_noun(i + 1, is_determined=True)
        if is_number:
            return self._is_noun(i + 1, is_determined=True) or self._is_modifier(
                i + 1, is_determined=True
            )
        if not self._is_small(i) or not token.is_word:
            return False
        if word in _INTENSIFIERS and is_determined:
            return following.is_word and self._is_modifier(i + 1, is_determined=True)
        if not _INFLECTED.search(word) or word in _SMALL:
            return False
        if not is_determined and word in verb_forms().finite and i not in self.first_words:
            return False
        if not is_determined and word in verb_forms().finite and not following.text[0].isupper():
            return False
        if following.text == "," or following.lower == "und":
            return (
                is_determined
                and i + 2 < len(self.tokens)
                and self._is_modifier(i + 2, is_determined=True)
            )
        return self._is_noun(i + 1, is_determined=is_determined) or self._is_modifier(
            i + 1, is_determined=is_determined
        )

    def _is_noun(self, i: int, *, is_determined: bool) -> bool:  # noqa: PLR0911  a rule a line
        if i >= len(self.tokens):
            return False
        token = self.tokens[i]
        word = token.lower
        if not token.text[0].isalpha() or token.start in self.times:
            return False
        if token.text[0].isupper():
            if i not in self.first_words:
                return token.text not in ("Sie", "Ihnen", "Ihr", "Ihre", "Ihren")
            if word in _SMALL or is_participle(word):
                return False
            if word in verb_forms().finite:
                return i + 1 < len(self.tokens) and self.tokens[i + 1].lower in _COMMON_FINITE
            return not _ADVERB_ENDINGS.search(word) or word.endswith(("könig",))
        if self.has_capitals:
            return False
        if word in _SMALL or is_verb(word):
            return is_determined and word not in _SMALL and word not in verb_forms().finite
        return is_determined or not _INFLECTED.search(word)

    def _noun_run(self, i: int, *, is_determined: bool) -> int:
        """Where the nouns and names that begin there end; there itself without any."""
        tokens, j = self.tokens, i
        while j < len(tokens):
            token = tokens[j]
            is_joined = j > i
            if is_joined and token.start in self.times:
                break
            if (
                token.text[0].isdigit()
                and (is_joined or is_determined)
                and (is_joined or (j + 1 < len(tokens) and tokens[j + 1].lower in _UNITS))
            ):
                j += 1
                if j < len(tokens) and tokens[j].lower in _UNITS:
                    j += 1
                continue
            if token.lower in _UNITS and j == i and is_determined:
                j += 1
                continue
            if is_joined and token.text[0].isupper() and token.text in ("Sie", "Ihnen"):
                break
            if (
                is_joined
                and not self.has_capitals
                and tokens[j - 1].lower not in _TITLES
                and not role_of(tokens[j - 1].text)
            ):
                break
            if token.lower in _TITLES and token.text[0].isupper() and j + 1 < len(tokens):
                j += 1
                continue
            if is_joined and self.has_capitals and not self._goes_on(i, j):
                break
            if self._is_noun(j, is_determined=is_determined or is_joined):
                j += 1
                j += self._name_tail_length(j)
                continue
            break
        return j

    def _name_tail_length(self, j: int) -> int:
        """How many words go on a name behind it: "am Main", "van Beethoven"."""
        if j >= len(self.tokens):
            return 0
        before, word = self.tokens[j - 1], self.tokens[j].lower
        is_person = before.lower in _TITLES or is_first_name(before.text)
        is_link = word in ("am", "an", "im", "&") or (is_person and word in ("von", "van", "de"))
        tail = _PLACE_TAIL.match(self.text, self.tokens[j].start) if is_link else None
        return len(tail[0].split()) if tail is not None else 0

    def _goes_on(self, i: int, j: int) -> bool:
        """True unless another noun phrase begins there: "meine Mutter | Geburtstag"."""
        before, word = self.tokens[j - 1].text, self.tokens[j].text
        if before.lower() in _TITLES:
            return True
        if noun_kinds(word) & _NEVER_SECOND and not noun_kinds(before) & {"organisation"}:
            return False
        if role_of(before) is not None or is_first_name(before):
            return may_be_name(word) or (is_first_name(before) and before.endswith("s"))
        return True

    def _head(self, i: int, end: int) -> str:
        """The noun that says what it is: of "Tante Gudrun" the aunt, of "Annas Bruder" the brother."""
        words = [token.text for token in self.tokens[i:end] if token.text[0].isalpha()]
        if not words:
            return self.tokens[i].text
        for word in words:
            if role_of(word) is not None:
                return word
        is_measure = len(words) > 1 and words[0].lower() in _PORTIONS
        return words[1] if is_measure else words[0]


_PLACE_TAIL = re.compile(
    r"am (?:Main|Rhein|See|Neckar|Inn|Bodensee|Harz)\b|an der [A-ZÄÖÜ][a-zäöüß]+\b(?=\W*$)|im Breisgau\b|(?:van|de|von|& )\s?(?:der )?[A-ZÄÖÜ]\w+"
)
_SMALL = frozenset().union(
    *(
        small_words(kind)
        for kind in (
            "determiner", "number", "preposition", "pronoun", "subordinator", "coordinator", "interjection",
            "negation", "particle", "adverb", "unsure",
        )
    )
)  # fmt: skip
_LEADING = small_words("leading")
_NEVER_VERBS = small_words("never_verbs")
_COMMON_FINITE = small_words("common_finite")


def is_verb(word: str) -> bool:
    """True when a word in small letters may be any form of a verb of the lists."""
    forms = verb_forms()
    return (
        word in forms.finite
        or word in forms.participles
        or word in forms.infinitives
        or word in forms.joined
    )


def is_participle(word: str) -> bool:
    """True for "gekauft" and "umgezogen"."""
    return word in verb_forms().participles


def _join_lists(chunks: Sequence[Chunk]) -> list[Chunk]:
    """With noun phrases that commas and "und" join made one: "A, B und C"."""
    found: list[Chunk] = []
    i = 0
    while i < len(chunks):
        length, items = _list_at(chunks, i)
        if length > 1:
            first = replace(items[0], others=tuple(items[1:]))
            found.append(first)
        else:
            found.append(chunks[i])
        i += length
    return found


_JOINED = (Kind.NOUN, Kind.PREPOSITION, Kind.TIME)


def _list_at(chunks: Sequence[Chunk], i: int) -> tuple[int, list[Chunk]]:
    """How many chunks the list takes that begins there, and its items."""
    first = chunks[i]
    if first.kind not in _JOINED:
        return 1, [first]
    last_kind = Kind.TIME if first.kind is Kind.TIME else Kind.NOUN
    items, j = [first], i + 1
    if first.kind is Kind.NOUN and [c.word for c in chunks[j : j + 2]] == ["und", "ich"]:
        return 3, [first, chunks[j + 1]]
    while j + 1 < len(chunks) and chunks[j].text == "," and chunks[j + 1].kind is last_kind:
        items.append(chunks[j + 1])
        j += 2
    is_closed = (
        j + 1 < len(chunks)
        and chunks[j].word in ("und", "oder", "sowie", "noch")
        and chunks[j + 1].kind is last_kind
    )
    if not is_closed:
        return 1, [first]
    items[0] = replace(items[0], link=chunks[j].word)
    items.append(chunks[j + 1])
    j += 2
    # "Ich mag Katzen und Hunde mag ich nicht": the second clause begins with its noun.
    has_verb_before = any(chunk.kind is Kind.VERB for chunk in _clause_before(chunks, i))
    if (
        has_verb_before
        and j < len(chunks)
        and chunks[j].kind is Kind.VERB
        and chunks[j].word in verb_forms().finite
        and not is_participle(chunks[j].word)
        and chunks[j].word not in verb_forms().infinitives
    ):
        return 1, [first]
    return j - i, items


def _clause_before(chunks: Sequence[Chunk], i: int) -> Sequence[Chunk]:
    begin = i
    while begin > 0 and chunks[begin - 1].kind is not Kind.MARK:
        begin -= 1
    return chunks[begin:i]


def has_capitals(text: str) -> bool:
    """True unless the text writes its nouns small, as people do in chats."""
    words = _WORDS.findall(text)
    return any(word[0].isupper() for word in words[1:]) or len(words) < 3


_WORDS = re.compile(r"[^\W\d_]{2,}")


def cut_chunks(text: str, *, has_capitals: bool = True) -> list[Chunk]:
    """The chunks of a sentence."""
    return Chunker(text, has_capitals).chunks()
