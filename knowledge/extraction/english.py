"""Reads the clauses of an English sentence out of its dependency parse."""

# ruff: noqa: E501, PLR0911, PLR0912  patterns of alternatives; a case, a branch, a return each

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from knowledge.extraction.clause import Clause, Phrase, Tense
from knowledge.extraction.parsing import Parse
from knowledge.extraction.words import phrase_list, word_list

WHO = "{who}"
MIN_SHOUTED_WORDS = 4  # fewer in capitals may be a name or an abbreviation

# The tagger takes these for other words.
_LEMMAS = {"hats": "hate", "hat": "hate", "'s": "be", "got": "get", "nt": "not", "bred": "breed"}
# Verbs that the tagger takes for nouns are parsed as others of the same length.
_REPLACED = {"dislikes": "despises", "dislike": "despise"}
_MODALS = frozenset(
    ["would", "could", "might", "may", "should", "ought", "shall", "must", "'d", "wo"]
)
_AUXILIARIES = frozenset(
    [
        "be",
        "have",
        "do",
        "will",
        "would",
        "can",
        "could",
        "may",
        "might",
        "shall",
        "should",
        "must",
        "get",
        "ought",
    ]
) | {"to"}
_PRESENT_BASE = frozenset(
    [
        "love",
        "like",
        "hate",
        "enjoy",
        "prefer",
        "live",
        "work",
        "need",
        "want",
        "play",
        "have",
        "own",
        "drive",
        "speak",
        "study",
        "eat",
        "drink",
        "dislike",
        "take",
        "wear",
        "drink",
        "use",
        "collect",
        "teach",
        "run",
        "walk",
        "sleep",
        "adore",
        "miss",
        "avoid",
        "ride",
    ]
)
_VERBS = frozenset({"VERB", "AUX"})
_HEADS = frozenset({"ROOT", "conj", "ccomp", "advcl", "parataxis", "dep"})
_KEPT_MARKS = frozenset(
    ["since", "until", "till", "when", "while", "before", "after", "whenever", "as", "unless", "if"]
)
_CONTRACTIONS = {
    "'m": " am",
    "'re": " are",
    "'ve": " have",
    "'ll": " will",
    "m": " am",
    "’m": " am",
}
_PARTICLES = frozenset(
    [
        "up",
        "off",
        "out",
        "down",
        "away",
        "over",
        "on",
        "in",
        "back",
        "along",
        "around",
        "together",
        "apart",
    ]
)
_OPENERS = re.compile(
    r"(?i)^(?:(?:so|well|ok|okay|yes|yeah|yep|no(?=[,.!])|oh|ah|btw|by the way|fyi|also|and|but|hey|hi|hello|wow|finally|actually|"
    r"lol|haha|ps|update|anyway|honestly|sorry|sadly|luckily|unfortunately|before that|after that|otherwise|turns out|morning|good morning|guess what|thing is)\b[\s,.:;!-]*)+"
)
# What a sentence that leaves "I" out begins with, and what has been left out.
_LEFT_OUT = [
    (re.compile(pattern), words)
    for pattern, words in (
        (r"(?i)^(?:been|never been|already been|had been)\b(?! (?:a|an|so|quite) )", "I have "),
        (
            r"(?i)^(?!gonna be (?:a|an|so|great|fun|hard)\b)(?:gonna|going to|about to|planning to|hoping to|looking for|looking forward)\b",
            "I am ",
        ),
        (
            r"(?i)^(?:allergic|intolerant|diabetic|vegetarian|vegan|pescatarian|married|divorced|engaged|pregnant|retired|unemployed|self-employed|based|"
            r"originally from|from|born and raised|not allergic|not vegan|lactose|coeliac|in)\b(?!(?: [\w'-]+){1,4},? (?:I|we|my|our|he|she|they|it|you|there)\b)(?! (?:now on|the|then|my|case|fact|general|addition|short|chapter|\d))",
            "I am ",
        ),
        (r"(?i)^(?:on) (?=day|\d+ ?mg|holiday|antibiotics|insulin)", "I am "),
        (
            r"(?i)^no (?:kids|children|siblings|brothers|sisters|pets|allergies|car|garden|tv)\b",
            "I have ",
        ),
        (r"(?i)^(?:not )?(?:really )?an? (?:big |huge |massive )?fan of\b", "I am "),
        (r"(?i)^only child\b", "I am an "),
        (
            r"(?i)^(?:proud |happy )?(?:mum|mom|dad|mother|father|parent|owner|member|fan) of\b",
            "I am a ",
        ),
        (
            r"(?i)^(?:deputy |new )?(?:head|director|vice president|vp|captain|chair|lead|leader|professor) of [a-z][a-z -]{2,40} (?:from|since|as of|starting)\b",
            "I am ",
        ),
        (r"(?i)^(?:smoker|non-smoker|night owl|early bird|left-handed|right-handed)\b", "I am a "),
        (
            r"(?i)^(?:can't|cannot|can not|cant|don't|dont|do not|didn't|didnt|won't|haven't|havent|hadn't|couldn't|never|no longer|still|just|recently|finally|already) "
            r"(?!mind|forget|worry|you|be |remember|suggest|tell|give|use|make|do |mention|ask|include|say|let|put|call|send)(?=[a-z])",
            "I ",
        ),
        (
            r"(?i)^(?:got|had|went|moved|quit|sold|bought|started|stopped|finished|joined|left|became|met|saw|booked|signed|broke|lost|found|passed|failed|"
            r"gave|took|made|adopted|married|turned|switched|changed|ordered|rebuilt|painted|ran|flew|drove|hired|renamed|reintroduced|ended|"
            r"visited|talked|spoke|worked|lived|grew|studied|graduated|retired|cancelled|canceled|postponed|planted|baked|cooked|paid|won|"
            r"decided|picked|tried|watched|read|wrote|cut|gained|dropped|swapped|traded|inherited|enrolled|applied|accepted|landed|hurt|"
            r"injured|twisted|sprained|slept|woke|came|spent|took up|gave up|threw|kicked|scrapped|ditched|fixed|repaired|installed)\b(?! (?:my|the) \w+ (?:is|was)\b)",
            "I ",
        ),
        (
            r"(?i)^(?:love|hate|like|enjoy|prefer|live|work|need|want|play|own|drive|speak|study|adore|dislike|miss|have|avoid|can't stand)\b"
            r"(?! (?:it|you|that|this|on the|out|is|was|are|were|has|had|will|isn't|wasn't|hasn't|keeps?|starts?|ends?|and|or)\b)(?=[ ])",
            "I ",
        ),
        (
            r"(?i)^(?:writing|reading|learning|working|studying|training|building|living|moving|expecting|renovating|taking|doing|trying|"
            r"getting|playing|saving|planning|preparing|recovering|thinking of|feeling|starting|leaving|flying|visiting|switching|teaching|"
            r"using|eating|drinking|seeing|dating|knitting|restoring|organising|organizing|having|selling|buying|renting|looking after)\b",
            "I am ",
        ),
    )
]
_ASIDE_BEHIND = re.compile(r"(?i)[ ,]+(?:tbh|ngl|imo|imho|lol|haha|rn|fr)(?=\W*$)")
_ASIDE_WITHIN = re.compile(r"(?i) (?:tbh|ngl|imo|imho|lol)(?=,)")
_SMALL_I = re.compile(r"(?<![\w'.-])i(?=\s|'(?:m|ve|d|ll)\b|m\b(?=\s))")
_WORD = re.compile(r"[a-z]+")
_IN_ADDRESS = re.compile(r"[@_/-]|\.\w")
_COMMON_TOO = frozenset(
    [
        "reading",
        "bath",
        "nice",
        "mobile",
        "cork",
        "split",
        "essen",
        "orange",
        "turkey",
        "china",
        "will",
        "may",
        "mark",
        "rob",
        "pat",
        "bill",
        "grant",
        "chase",
        "jack",
        "dan",
        "ray",
        "art",
        "drew",
        "sue",
        "rose",
        "grace",
        "faith",
        "hope",
        "joy",
        "iris",
        "ivy",
        "lily",
        "ruby",
        "amber",
        "april",
        "june",
        "august",
        "summer",
        "sunny",
        "dawn",
        "daisy",
        "olive",
        "violet",
        "melody",
        "miles",
        "max",
        "jay",
        "may",
        "male",
        "normal",
        "victoria",
        "jordan",
        "chad",
        "mali",
        "georgia",
        "sandy",
        "penny",
        "frank",
        "guy",
        "christian",
        "holly",
        "robin",
        "don",
        "can",
        "man",
        "mini",
        "an",
        "so",
        "as",
        "is",
        "of",
        "in",
        "same",
        "no",
        "lima",
        "lens",
        "tours",
        "nancy",
        "ha",
        "march",
        "sat",
        "sun",
        "mon",
        "wed",
        "second",
    ]
)


@dataclass(frozen=True)
class Reading:
    """A sentence as it was parsed."""

    clauses: Sequence[Clause]
    text: str  # with capitals, of the sentence's length
    compounds: frozenset[int]  # where words stand that only tell of which kind the next one is


def capitalised(text: str) -> str:
    """The text with "I" and the names that a list has written large; every character stays."""
    if text.isupper() and len(text.split()) >= MIN_SHOUTED_WORDS:
        lowered = text.lower()
        text = lowered if len(lowered) == len(text) else text
    text = _SMALL_I.sub("I", text)
    if not any(character.islower() for character in text):
        return text
    names = word_list("first_names") | phrase_list("cities") | phrase_list("countries")
    names |= phrase_list("places") | word_list("languages")

    def mended(match: re.Match[str]) -> str:
        word = match[0]
        before = text[max(0, match.start() - 1) : match.start()]
        if before[-1:] in tuple("'-@./_") or before[-1:].isalnum():
            return word
        if _IN_ADDRESS.match(text, match.end()):
            return word
        is_name = word in names and word not in _COMMON_TOO
        return word.capitalize() if is_name else word

    return _WORD.sub(mended, text)


def read_english(sentence: str, parse: Parse) -> Reading:
    """The clauses of a sentence, in order; a left-out "I" is put in before it is parsed."""
    text = capitalised(sentence)
    lead = len(text) - len(text.lstrip())
    opener = _OPENERS.match(text[lead:])
    begin = lead + (opener.end() if opener else 0)
    if begin >= len(text):
        begin = lead
    inserted = ""
    for pattern, words in _LEFT_OUT:
        if pattern.match(text[begin:]):
            inserted = words
            break
    body = _ASIDE_BEHIND.sub("", text[begin:]) or text[begin:]
    body = _ASIDE_WITHIN.sub(lambda aside: "," + " " * (len(aside[0]) - 1), body)
    if inserted:
        first = body.split(" ", 1)[0]
        if not (first[:1] == "I" and first[1:2] in ("", "'")):
            body = body[0].lower() + body[1:] if not first.isupper() else body
        body = inserted + body
    shift = begin - len(inserted)
    document = parse(_parsable(body))
    clauses: list[Clause] = []
    compounds: set[int] = set()
    for start, end in _pieces(document, body):
        words, offset = body[start:end], start
        is_carried = start > 0 and _TASTE.match(words) is not None
        if is_carried:
            put = "He " if _THIRD.match(words) else "I "
            words, offset = put + words, start - len(put)
        piece = document if (start, end) == (0, len(body)) else parse(_parsable(words))
        read = _Reader(piece, words, shift + offset, len(text)).clauses()
        if is_carried and read and read[0].subject is not None:
            read[0] = replace(read[0], subject=replace(read[0].subject, text=SAME, head=SAME))
        clauses += read
        compounds |= {
            token.idx + shift + offset
            for token in piece
            if token.dep_ == "compound"
            and token.head.tag_ in ("NN", "NNS")
            and token.head.i > token.i
        }
    return Reading(clauses, text, frozenset(compounds))


_TASTE = re.compile(
    r"(?:also |really |now |still )?(?:like|love|adore|prefer|hate|dislike|loathe|detest|enjoy|lives|works|plays|runs|drives|studies|teaches|speaks|wants|needs|sings|paints|collects)s?\b"
)

_THIRD = re.compile(r"(?:also |really |now |still )?\w+s\b")


def _parsable(text: str) -> str:
    """As the parser reads it best: with a full stop, and without words that it takes for others."""
    for word, other in _REPLACED.items():
        text = re.sub(rf"\b{word}\b", other, text)
    text = _HYPHEN.sub("_", text)  # "e-bike" is one word
    return text if text.rstrip()[-1:] in tuple(".!?") else f"{text.rstrip(' ,;:-–')}."


_HYPHEN = re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z])")
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_NOMINAL = frozenset(
    {"PRP", "PRP$", "NN", "NNS", "NNP", "NNPS", "DT", "JJ", "CD", "POS", "EX", "RB"}
)
_LINKS = frozenset(
    [
        "and",
        "but",
        "so",
        "though",
        "although",
        "because",
        "or",
        "yet",
        "otherwise",
        "then",
        "anyway",
        "anyways",
        "well",
        "also",
        "plus",
    ]
)


def _pieces(document: Any, text: str) -> list[tuple[int, int]]:
    """The text where it is cut: commas often join what are sentences of their own."""
    cuts = [0]
    for token in document:
        is_comma = (
            token.text in (",", ";", "–", "—", ":", "...", "…", "-")
            and token.whitespace_
            + text[token.idx + len(token.text) : token.idx + len(token.text) + 1]
            != ""
        )
        if token.i + 2 >= len(document):
            continue
        if token.dep_ == "cc" and token.lower_ in ("and", "but"):
            # "... on Heron and Petra wants": a name with a verb of its own.
            named, verb = document[token.i + 1], document[token.i + 2]
            is_comma = (
                named.tag_ in ("NNP", "PRP") and verb.tag_ in ("VBZ", "VBD") and verb.dep_ != "amod"
            )
        if not is_comma:
            continue
        left = [one for one in document[: token.i] if one.idx >= cuts[-1]]
        if not any(one.tag_ in _FINITE or one.tag_ in ("VBN", "VBG") for one in left):
            continue
        if any(one.lower_ in ("if", "when", "unless", "whether", "while") for one in left[:2]):
            continue
        if _begins_sentence(document, token.i + 1):
            cuts.append(token.idx)
    cuts = sorted((*cuts, *(match.end() for match in _TWO_TASTES.finditer(text))))
    ends = [*cuts[1:], len(text)]
    return list(zip(cuts, ends, strict=True))


SAME = "\ue001"  # the subject of a piece whose subject stands in the piece before it
# "likes jazz and dislikes opera": the second verb is read as a noun.
_TASTES = r"(?:like|love|adore|prefer|hate|dislike|loathe|detest|enjoy) (?!it\b|that\b|to be\b)"
_TWO_TASTES = re.compile(
    rf"\b\w+ [^,.;]{{1,60}}?(?:, (?={_TASTES})|,? (?:and|but) (?=(?:also |really |now |still )?(?:{_TASTES}|"
    r"(?:likes|loves|adores|prefers|hates|dislikes|loathes|enjoys|lives|works|plays|runs|drives|studies|teaches|speaks|wants|needs|sings|paints|collects) \w)))"
)


def _begins_sentence(document: Any, position: int) -> bool:
    """True when a subject with its own verb stands there."""
    words = 0
    if document[position].lower_ in _LINKS:
        position += 1
    elif (
        document[position].lower_ in ("before", "after")
        and position + 1 < len(document)
        and document[position + 1].lower_ == "that"
    ):
        position += 2
    while position < len(document) and words < 7:
        token = document[position]
        if token.tag_ in _FINITE:
            return words > 0
        if token.tag_ not in _NOMINAL or token.lower_ in ("who", "which", "that"):
            return False
        words += token.tag_ != "RB"
        position += 1
    return False


class _Reader:
    """The clauses of one parsed text."""

    def __init__(self, document: Any, text: str, shift: int, length: int) -> None:
        self.document = document
        self.text = text
        self.shift = shift  # from characters of the parsed text to those of the sentence
        self.length = length
        self.heads: dict[int, Any] = {}

    def clauses(self) -> list[Clause]:
        for token in self.document:
            if self._is_clause_head(token):
                self.heads[token.i] = token
        found = []
        for token in self.heads.values():
            clause = self._clause(token)
            if clause is not None:
                found.append(clause)
        return found

    def _is_clause_head(self, token: Any) -> bool:
        if token.dep_ not in _HEADS or (token.pos_ not in _VERBS and token.tag_[:2] != "VB"):
            return False
        if token.dep_ == "conj":
            if (
                token.tag_ in ("VB", "VBP")
                and not any(not child.is_punct for child in token.children)
                and token.head.lemma_ == "be"
            ):
                return False  # a noun that is read as a verb
            # "likes jazz and dislikes opera"; not "to eat and drink" below another verb.
            head = token.head
            while head.dep_ == "conj":
                head = head.head
            if head.dep_ not in _HEADS and not self._own_subject(token):
                return False
            return (
                token.tag_ != "VBG"
                or self._own_subject(token) is not None
                or any(child.dep_ in ("aux", "auxpass") for child in token.children)
                or head.tag_ == "VBG"
            )
        if token.dep_ == "advcl" and token.tag_ == "VBG" and self._own_subject(token) is None:
            # "I have low iron, taking 40 mg": a clause of its own when it has an object.
            return (
                token.i > token.head.i
                and token.i > 0
                and self.document[token.i - 1].text == ","
                and any(child.dep_ == "dobj" for child in token.children)
            )
        if token.dep_ in ("advcl", "dep"):
            return self._own_subject(token) is not None or token.tag_ in ("VBD", "VBZ", "VBP")
        if token.dep_ == "ccomp":
            return self._own_subject(token) is not None or token.i < token.head.i
        return True

    def _own_subject(self, token: Any) -> Any:
        for child in token.children:
            if child.dep_ in ("nsubj", "nsubjpass", "csubj", "expl"):
                return child
        return None

    def _subject(self, token: Any) -> Any:
        """The subject, carried over "and" and "but"."""
        current, hops = token, 0
        while hops < 5:
            found = self._own_subject(current)
            if found is not None:
                is_first = found.lower_ in ("i", "we", "you", "they")
                # "can't stand it, tastes like soap": the verb tells that it has another subject.
                return (
                    None if current != token and is_first and self._person(token) == "3" else found
                )
            if current.dep_ not in ("conj", "advcl", "ccomp", "xcomp") or current.head == current:
                return None
            current, hops = current.head, hops + 1
        return None

    def _person(self, token: Any) -> str:
        first = next((child for child in token.children if child.dep_ in ("aux", "auxpass")), token)
        return "3" if first.tag_ == "VBZ" else ""

    # -- one clause

    def _clause(self, token: Any) -> Clause | None:
        main = token
        auxiliaries = [child for child in main.children if child.dep_ in ("aux", "auxpass")]
        subject = self._subject(main)
        verb, tense, is_progressive, is_negated, inner = self._verb(main, auxiliaries)
        passive = any(
            child.dep_ == "auxpass"
            for child in (main.children if inner is None else inner.children)
        )
        body = inner if inner is not None else main
        own = self._tokens(main)
        text = self._template(own, subject, main)
        marks = frozenset(
            child.lemma_.lower()
            for child in main.children
            if child.dep_ in ("mark", "advmod")
            and child.i < main.i
            and child.lemma_.lower()
            in _KEPT_MARKS
            | {
                "because",
                "although",
                "though",
                "whether",
                "that",
                "how",
                "what",
                "where",
                "why",
                "who",
            }
        )
        above, teller = self._above(main)
        span_tokens = own + (
            [subject] if subject is not None and subject.i in range(own[0].i, own[-1].i + 1) else []
        )
        return Clause(
            start=self._at(min(one.idx for one in span_tokens)),
            end=self._at(max(one.idx + len(one.text) for one in span_tokens)),
            verb=verb,
            tense=tense,
            text=text,
            subject=self._phrase(subject) if subject is not None else None,
            is_passive=passive,
            is_negated=is_negated,
            is_progressive=is_progressive,
            object=self._object(body, own, subject, main),
            complement=self._complement(body, own, subject, main),
            prepositions=self._prepositions(body, own, subject, main),
            xcomp=self._xcomp(body, own, subject, main),
            adverbs=frozenset(
                child.lemma_.lower()
                for one in {main.i: main, body.i: body}.values()
                for child in one.children
                if child.dep_ in ("advmod", "npadvmod", "neg")
            ),
            marks=marks,
            above=above,
            teller=teller,
            is_main=main.dep_ in ("ROOT", "conj", "parataxis") or not marks,
        )

    def _verb(self, main: Any, auxiliaries: Sequence[Any]) -> tuple[str, Tense, bool, bool, Any]:
        """Lemma, tense, progressive, negated, and the verb that carries the meaning if not main."""
        lemmas = [self._lemma(one) for one in auxiliaries]
        negated = any(
            child.dep_ == "neg"
            or (
                child.lemma_.lower() in ("never", "hardly", "neither")
                and child.dep_ in ("advmod", "neg")
            )
            for child in main.children
        )
        negated = negated or any(
            one.lower_ == "neither"
            for child in main.children
            for one in child.children
            if one.dep_ == "preconj"
        )
        lemma = self._lemma(main)
        inner = None
        if lemma == "get" and "have" in lemmas and main.lower_ == "got":
            return "have", Tense.PRESENT, False, negated, None
        if (
            lemma == "use"
            and main.tag_ in ("VBD", "VBN")
            and (deeper := self._to_verb(main)) is not None
        ):
            return self._with_particle(deeper), Tense.USED_TO, False, negated, deeper
        tense, progressive = self._tense(main, auxiliaries, lemmas)
        if lemma == "go" and main.tag_ == "VBG" and (deeper := self._to_verb(main)) is not None:
            return self._with_particle(deeper), Tense.FUTURE, False, negated, deeper
        if lemma in ("have", "need") and (deeper := self._to_verb(main)) is not None:
            inner = deeper
        if inner is not None:
            return self._with_particle(inner), tense, progressive, negated, inner
        odd = [
            one
            for one in auxiliaries
            if self._lemma(one) not in _AUXILIARIES
            and one.tag_[:2] == "VB"
            and one.dep_ == "aux"
            and self._lemma(one) != "will"
        ]
        if odd:  # "enjoy curling" is read as an auxiliary with its verb
            return (
                self._lemma(odd[0]),
                Tense.PAST if odd[0].tag_ == "VBD" else Tense.PRESENT,
                False,
                negated,
                None,
            )
        return self._with_particle(main), tense, progressive, negated, None

    def _tense(
        self, main: Any, auxiliaries: Sequence[Any], lemmas: Sequence[str]
    ) -> tuple[Tense, bool]:
        progressive = main.tag_ == "VBG"
        words = [one.lower_ for one in auxiliaries]
        first = auxiliaries[0] if auxiliaries else None
        if any(word in ("will", "'ll", "wo", "shall") for word in words):
            return Tense.FUTURE, progressive
        if any(word in _MODALS for word in words):
            if "'d" in words and main.tag_ == "VBN":
                return Tense.PAST, progressive
            return Tense.MODAL, progressive
        if "have" in lemmas:
            had = any(one.lower_ in ("had",) for one in auxiliaries)
            return (Tense.PAST if had else Tense.PERFECT), progressive
        if first is not None and any(
            one.lower_ in ("was", "were", "did", "got") for one in auxiliaries
        ):
            return Tense.PAST, progressive
        if main.tag_ in ("VBD",) or (main.tag_ == "VBN" and not auxiliaries):
            return Tense.PAST, progressive
        return Tense.PRESENT, progressive

    def _lemma(self, token: Any) -> str:
        lower = token.lower_
        if lower in _LEMMAS and token.pos_ in ("VERB", "AUX", "NOUN"):
            return _LEMMAS[lower]
        if token.tag_[:2] == "VB" and lower.endswith("ates") and token.lemma_ == lower[:-2]:
            return str(lower[:-1])
        return str(token.lemma_).lower()

    def _to_verb(self, token: Any) -> Any:
        for child in token.children:
            if (
                child.dep_ in ("xcomp", "ccomp", "advcl")
                and child.tag_ == "VB"
                and any(
                    one.dep_ == "aux" and one.lower_ in ("to", "na", "ta") for one in child.children
                )
                and self._own_subject(child) is None
            ):
                return child
        return None

    def _with_particle(self, token: Any) -> str:
        lemma = self._lemma(token)
        for child in token.children:
            if child.dep_ == "prt":
                return f"{lemma}+{child.lower_}"
        for child in token.children:
            if child.dep_ == "advmod" and child.lower_ in _PARTICLES and child.i > token.i:
                return f"{lemma}+{child.lower_}"
        return lemma

    def _above(self, token: Any) -> tuple[Sequence[str], Phrase | None]:
        """The verbs on which the clause depends as what is said or thought."""
        found: list[str] = []
        teller = None
        current = token
        while current.head != current:
            head = current.head
            if current.dep_ == "ccomp" and head.pos_ in _VERBS | {"ADJ"}:
                is_before = current.i < head.i and not any(
                    child.dep_ == "mark" for child in current.children
                )
                if not is_before or self._lemma(head) in (
                    "say",
                    "think",
                    "guess",
                    "believe",
                    "hope",
                    "tell",
                    "suppose",
                    "claim",
                ):
                    if any(child.dep_ == "neg" for child in head.children):
                        found.append("not")
                    found.append(self._lemma(head))
                    if any(one.lower_ in _MODALS for one in head.children if one.dep_ == "aux"):
                        found.append("would")
                    if teller is None and (subject := self._subject(head)) is not None:
                        teller = self._phrase(subject)
            elif current.dep_ == "conj" and head.pos_ not in _VERBS:
                break
            current = head
        return found, teller

    # -- its words

    def _tokens(self, main: Any) -> list[Any]:
        """The words of the clause: without those of other clauses, of links and of interjections."""
        kept: list[Any] = [token for token in main.subtree if not self._is_foreign(token, main)]
        for index, token in enumerate(kept):
            if (
                index
                and token.i > main.i
                and token.lower_ in ("so", "lol", "haha")
                and kept[index - 1].text == ","
            ):
                kept = kept[:index]
                break
        while (
            len(kept) > 1
            and (kept[0].dep_ in ("cc", "punct") or kept[0].is_punct)
            and kept[0].text not in ('"', "(")
        ):
            kept = kept[1:]
        while (
            len(kept) > 1
            and (
                kept[-1].dep_ in ("cc",)
                or kept[-1].is_punct
                or kept[-1].lower_ in _TRAILING | {"so"}
            )
            and kept[-1].text not in (")", '"', "'", "%")
        ):
            kept = kept[:-1]
        return kept or [main]

    def _joins_clause(self, link: Any) -> bool:
        """True for the "and" before another clause, or before nothing."""
        following = [one for one in link.head.children if one.dep_ == "conj" and one.i > link.i]
        return not following or following[0].i in self.heads

    def _is_foreign(self, token: Any, main: Any) -> bool:
        current = token
        while current != main:
            if current.i in self.heads:
                if current.dep_ == "advcl" and any(
                    child.dep_ in ("mark", "advmod") and child.lower_ in _KEPT_MARKS
                    for child in current.children
                ):
                    pass  # "since I was 16" stays with what it dates
                else:
                    return True
            if current.dep_ in ("intj", "discourse"):
                return True
            if current.dep_ == "cc" and current.head == main and self._joins_clause(current):
                return True
            if current.dep_ == "mark" and current.head == main:
                return True
            if current.dep_ == "relcl" and self.document[current.left_edge.i - 1].text == ",":
                return True
            if (
                current == token
                and current.head == main
                and current.is_punct
                and current.i == main.i - 1
            ):
                return True
            current = current.head
        return False

    def _template(
        self, tokens: Sequence[Any], subject: Any, main: Any, without: Iterable[int] = ()
    ) -> str:
        """The words with `{who}` for the subject, which is put before the verb when it is carried."""
        left_out = set(without)
        subject_ids = (
            {one.i for one in subject.subtree if not self._is_foreign_in(one, subject)}
            if subject is not None
            else set()
        )
        own = subject is not None and subject.head == main
        pieces: list[str] = []
        placed = False
        previous = None
        first_verb = min(
            (
                one.i
                for one in tokens
                if one == main
                or (one.head == main and one.dep_ in ("aux", "auxpass", "neg", "advmod"))
            ),
            default=main.i,
        )
        for token in tokens:
            if token.i in left_out or token.dep_ in ("intj",):
                continue
            if own and token.i in subject_ids:
                if not placed:
                    pieces.append(("" if not pieces else " ") + WHO)
                    placed = True
                previous = token
                continue
            if not own and not placed and token.i >= first_verb:
                pieces.append(("" if not pieces else " ") + WHO)
                placed = True
                previous = None
            if token.text == "," and (not pieces or pieces[-1].endswith(",")):
                continue
            word = self._word(token).replace("{", "(").replace("}", ")")
            if (previous is not None and pieces and pieces[-1] == WHO) or (
                pieces and pieces[-1].endswith(WHO)
            ):
                if word.lower() in _CONTRACTIONS:
                    word = _CONTRACTIONS[word.lower()]
                elif word in ("'s", "’s"):
                    word = (
                        " has"
                        if token.head.lower_ in ("got", "been")
                        or (
                            token.tag_ == "VBZ"
                            and any(one.tag_ == "VBN" and one.i > token.i for one in [token.head])
                            and token.dep_ == "aux"
                        )
                        else " is"
                    )
                elif word in ("'d", "’d"):
                    word = " had" if token.head.tag_ == "VBN" else " would"
                glue = "" if word.startswith(" ") else " "
                pieces.append(glue + word)
            else:
                is_next = previous is not None and previous.i == token.i - 1
                glue = "" if token.is_punct and token.text in ",.;:!?)" else " "
                if previous is not None and is_next:
                    glue = previous.whitespace_
                if not pieces:
                    glue = ""
                pieces.append((" " if glue else "") + word)
            previous = token
        if not placed:
            pieces.insert(0, WHO + " ")
        if main.tag_ == "VBG" and main.dep_ == "advcl" and not own:
            pieces = [piece.replace(WHO, WHO + " am", 1) for piece in pieces]
        return " ".join("".join(pieces).split()).strip(" ,;:-–")

    def _is_foreign_in(self, token: Any, top: Any) -> bool:
        return False

    # -- its parts

    def _object(self, body: Any, own: Sequence[Any], subject: Any, main: Any) -> Phrase | None:
        for child in body.children:
            if child.dep_ in ("dobj", "obj"):
                return self._coordinated(child, own, subject, main)
        for child in body.children:
            is_measure = child.dep_ == "npadvmod" and self._lemma(body) in (
                "turn",
                "weigh",
                "cost",
                "earn",
                "pay",
            )
            is_noun = child.dep_ in ("oprd", "attr") and self._lemma(body) not in ("be", "become")
            if (is_measure or is_noun) and child.pos_ in ("NOUN", "PROPN", "NUM"):
                return self._coordinated(child, own, subject, main)
        rest = [
            child
            for child in body.children
            if child.i > body.i and not child.is_punct and child.dep_ not in ("conj", "cc", "advcl")
        ]
        is_unknown = (
            len(rest) == 1
            and not _TIMES.match(rest[0].lemma_.lower())
            and rest[0].dep_ not in ("prep", "prt", "dative", "agent")
        )
        if (
            is_unknown
            and self._lemma(body) in _PRESENT_BASE
            and rest[0].pos_ in ("NOUN", "PROPN", "ADJ", "X")
        ):
            # An unknown word behind such a verb is what is liked, played or eaten.
            return self._coordinated(rest[0], own, subject, main)
        return None

    def _complement(self, body: Any, own: Sequence[Any], subject: Any, main: Any) -> Phrase | None:
        found = None
        for child in body.children:
            if child.dep_ in ("attr", "acomp", "oprd") and child != subject and child.i > body.i:
                found = self._coordinated(child, own, subject, main)
                if child.dep_ != "acomp" or found.text:
                    break
        for child in body.children:
            if (
                child.dep_ in ("advmod", "npadvmod")
                and child.like_num
                and self._lemma(body) in ("be", "turn")
            ):
                return self._coordinated(child, own, subject, main)
        return found

    def _prepositions(
        self, body: Any, own: Sequence[Any], subject: Any, main: Any
    ) -> dict[str, list[Phrase]]:
        found: dict[str, list[Phrase]] = {}
        waiting = [child for child in body.children if child.dep_ in ("prep", "agent", "dative")]
        waiting += [
            one
            for child in body.children
            if child.dep_ in ("advmod", "prt") and child.pos_ in ("ADV", "ADP")
            for one in child.children
            if one.dep_ == "prep"
        ]
        if body != main:
            waiting += [child for child in main.children if child.dep_ == "prep"]
        rest = list(waiting)
        for preposition in waiting:
            rest += [
                one for one in preposition.children if one.dep_ == "conj" and one.pos_ == "ADP"
            ]
        for preposition in rest:
            name = preposition.lower_
            for child in preposition.children:
                if child.dep_ in ("pobj", "pcomp"):
                    phrase = self._coordinated(child, own, subject, main)
                    if len(rest) > len(waiting) and preposition.i in {
                        one.i for p in waiting for one in (p, *p.children)
                    }:
                        phrase = replace(
                            phrase,
                            alone=self._alone_preposition(preposition, rest, own, subject, main),
                        )
                    found.setdefault(name, []).append(phrase)
                elif child.dep_ == "prep":
                    for deeper in child.children:
                        if deeper.dep_ == "pobj":
                            found.setdefault(child.lower_, []).append(
                                self._coordinated(deeper, own, subject, main)
                            )
        return found

    def _alone_preposition(
        self, preposition: Any, rest: Sequence[Any], own: Sequence[Any], subject: Any, main: Any
    ) -> str:
        """The clause with this one of several: "to Malaga in 2012 and to Bern in 2018"."""
        joined = sorted(
            {one.i for one in rest if one.dep_ == "conj"}
            | {one.head.i for one in rest if one.dep_ == "conj"}
        )
        if preposition.i not in joined:
            return self._template(own, subject, main)
        first, last = joined[0], own[-1].i + 1
        begin = preposition.i
        end = next((one for one in joined if one > begin), last)
        drop = [one.i for one in own if first <= one.i < last and not begin <= one.i < end]
        drop += [one.i for one in own if one.i == end - 1 and one.dep_ in ("cc", "punct")]
        return self._template(own, subject, main, drop)

    def _xcomp(self, body: Any, own: Sequence[Any], subject: Any, main: Any) -> Clause | None:
        for child in body.children:
            if child.dep_ in ("xcomp", "pcomp") and child.tag_[:2] == "VB":
                return self._inner(child, own, subject, main)
        odd = [
            child
            for child in main.children
            if child.dep_ == "aux"
            and self._lemma(child) not in _AUXILIARIES
            and child.tag_[:2] == "VB"
            and self._lemma(child) != "will"
        ]
        if odd:
            return self._inner(main, own, subject, main)
        return None

    def _inner(self, verb: Any, own: Sequence[Any], subject: Any, main: Any) -> Clause:
        tokens = [
            one
            for one in verb.subtree
            if (
                one.i > verb.left_edge.i - 1
                and one.i
                >= min(verb.i, *(c.i for c in verb.children if c.dep_ in ("neg", "dobj")), verb.i)
                and one.i not in self.heads
            )
            or one == verb
        ]
        tokens = [one for one in tokens if not (one.head == verb and one.dep_ in ("aux",))]
        while len(tokens) > 1 and (tokens[-1].is_punct or tokens[-1].dep_ == "cc"):
            tokens = tokens[:-1]
        text = self._joined(tokens)
        return Clause(
            start=self._at(tokens[0].idx),
            end=self._at(tokens[-1].idx + len(tokens[-1].text)),
            verb=self._with_particle(verb),
            tense=Tense.PRESENT,
            text=text,
            object=self._object(verb, own, subject, main),
            complement=self._complement(verb, own, subject, main),
            prepositions=self._prepositions(verb, own, subject, main),
            is_passive=any(child.dep_ == "auxpass" for child in verb.children),
            is_negated=any(child.dep_ == "neg" for child in verb.children),
            is_main=False,
        )

    def _coordinated(self, token: Any, own: Sequence[Any], subject: Any, main: Any) -> Phrase:
        """The phrase and those joined to it by "and" and "or", each by itself."""
        members = [token]
        for member in members:
            members += [
                child
                for child in member.children
                if child.dep_ == "conj" and child.i not in self.heads and child not in members
            ]
        phrases = []
        for member in members:
            alone = ""
            if len(members) > 1:
                drop = set()
                for other in members:
                    if other == member:
                        continue
                    drop |= {one.i for one in other.subtree if not self._belongs(one, member)}
                drop |= {
                    child.i
                    for one in members
                    for child in one.children
                    if child.dep_ in ("cc", "preconj")
                    or (child.dep_ == "punct" and child.text == ",")
                }
                drop -= {one.i for one in self._phrase_tokens(member)}
                alone = self._template(own, subject, main, drop)
                if any(one.lower_ == "neither" for one in own):
                    alone = ""  # "neither a car nor a bike" is said of both together
            phrases.append(self._phrase(member, alone=alone))
        return replace(phrases[0], others=tuple(phrases[1:]))

    def _belongs(self, token: Any, member: Any) -> bool:
        current = token
        while True:
            if current == member:
                return True
            if current.head == current or current.dep_ == "conj":
                return False
            current = current.head

    def _phrase_tokens(self, token: Any) -> list[Any]:
        """Its whole subtree without what is coordinated with it or apposed to it."""
        left_out: set[int] = set()
        for child in token.children:
            if (
                child.dep_ in ("conj", "cc", "preconj")
                or child.i in self.heads
                or (
                    child.dep_ in ("appos", "relcl")
                    and child.i > token.i
                    and any(one.text == "," for one in self.document[token.i : child.i])
                )
            ):
                left_out |= {one.i for one in child.subtree}
        kept = [
            one for one in token.subtree if one.i not in left_out and not self._in_head(one, token)
        ]
        while len(kept) > 1 and (
            (kept[-1].is_punct and kept[-1].text not in (")", '"', "'", "%"))
            or kept[-1].lower_ in _TRAILING
        ):
            kept = kept[:-1]
        while (
            len(kept) > 1
            and kept[0].is_punct
            and kept[0].text not in ("(", '"', "#", "$", "£", "€")
        ):
            kept = kept[1:]
        # A gap means that the parse does not carry the phrase whole: keep what is with the head.
        runs: list[list[Any]] = []
        for one in kept:
            if runs and one.i == runs[-1][-1].i + 1:
                runs[-1].append(one)
            else:
                runs.append([one])
        for run in runs:
            if any(one == token for one in run):
                last = len(run)
                while last > 1 and run[last - 1].is_punct and run[last - 1].text not in _CLOSING:
                    last -= 1
                return run[:last]
        return [token]

    def _in_head(self, token: Any, top: Any) -> bool:
        current = token
        while current != top:
            if current.i in self.heads:
                return True
            current = current.head
        return False

    def _loosely_joined(self, token: Any) -> list[Any]:
        """What "and" joins to it though the parse joins it to the verb: "to peanuts and shellfish"."""
        behind = token.right_edge.i + 1
        if behind + 1 >= len(self.document) or self.document[behind].dep_ != "cc":
            return []
        following = self.document[behind + 1]
        is_bare = not any(not child.is_punct for child in following.children)
        return (
            [following]
            if following.dep_ == "conj" and is_bare and following.i not in self.heads
            else []
        )

    def _phrase_of(self, word: Any) -> Phrase:
        """The word alone."""
        start = self._at(word.idx)
        return Phrase(self._word(word), word.lower_, start, start + len(word.text), start)

    def _phrase(self, token: Any, *, alone: str = "") -> Phrase:
        tokens = self._phrase_tokens(token)
        determiners = [
            one
            for one in token.children
            if one.dep_ in ("det", "poss", "nummod", "neg", "predet") and one.i < token.i
        ]
        determiner = ""
        if determiners:
            first = determiners[0]
            determiner = (
                self._joined(list(first.subtree)).lower() if first.dep_ == "poss" else first.lower_
            )
        prepositions: dict[str, list[Phrase]] = {}
        for child in token.children:
            if child.dep_ in ("prep", "agent"):
                for one in child.children:
                    if one.dep_ in ("pobj", "pcomp"):
                        joined = [one, *self._loosely_joined(one)]
                        for member in joined:
                            joined += [
                                c
                                for c in member.children
                                if c.dep_ == "conj" and c.i not in self.heads
                            ]
                        phrases = [self._phrase(member) for member in joined]
                        prepositions.setdefault(child.lower_, []).append(
                            replace(phrases[0], others=tuple(phrases[1:]))
                        )
            elif (
                child.dep_ == "xcomp"
                and child.tag_ == "VB"
                and token.pos_ == "ADJ"
                and all(one.lower_ == "to" or one.is_punct for one in child.children)
            ):  # "allergic to shellfish": a noun that is read as a verb
                prepositions.setdefault("to", []).append(self._phrase_of(child))
        start = self._at(tokens[0].idx)
        return Phrase(
            text=self._joined(tokens),
            head=(token.lower_ if token.like_num else str(token.lemma_).lower()).replace("_", "-"),
            start=start,
            end=self._at(tokens[-1].idx + len(tokens[-1].text)),
            head_start=self._at(token.idx),
            determiner=determiner,
            is_name=token.pos_ == "PROPN",
            is_plural=token.tag_ in ("NNS", "NNPS"),
            alone=alone,
            prepositions=prepositions,
        )

    def _joined(self, tokens: Sequence[Any]) -> str:
        if not tokens:
            return ""
        pieces = []
        previous = None
        for token in tokens:
            if previous is not None:
                pieces.append(previous.whitespace_ if previous.i == token.i - 1 else " ")
            pieces.append(self._word(token))
            previous = token
        return " ".join("".join(pieces).split())

    def _word(self, token: Any) -> str:
        """As it was said, whatever it was parsed as."""
        return self.text[token.idx : token.idx + len(token.text)]

    def _at(self, position: int) -> int:
        """The character of the sentence."""
        return min(max(position + self.shift, 0), self.length)


_TRAILING = frozenset(
    ["lol", "haha", "btw", "though", "too", "tbh", "ngl", "imo", "imho", "rn", "atm", "fr"]
)
_CLOSING = frozenset((")", '"', "'", "%"))
_TIMES = re.compile(
    r"(?:\d.*|time|day|week|month|year|morning|evening|night|afternoon|today|tomorrow|yesterday|tonight|weekend|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|fall|winter|way|bit|lot|once|minute|hour|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|home|km|mile|size)$"
)
