"""What a message asks for, as far as it can be told without a model; in English and German."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Literal

from chat.tools.memory.typed import wished_text
from knowledge.dates import DateInterval, read_dates
from knowledge.extraction.language import detect_language
from knowledge.extraction.words import word_list
from knowledge.retrieval.ranking.terms import stem, terms, words
from knowledge.types import Slot

Language = Literal["en", "de"]

SHORT_WORDS = 8  # fewer do not tell their language by small words alone


class Kind(Enum):
    """What to do about a message."""

    REMEMBER = auto()
    FORGET = auto()
    COMING = auto()  # what takes place soon
    SAID = auto()  # what the user has said of something
    ABOUT_ME = auto()
    QUESTION = auto()
    GREETING = auto()
    THANKS = auto()
    HELP = auto()  # what can be asked here
    REQUEST = auto()  # something to be written, found or advised, which takes a model
    STATEMENT = auto()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a message asks for."""

    kind: Kind
    language: Language
    text: str = ""  # what is to be remembered or forgotten
    time: DateInterval | None = None  # when; unset: soon


_LEAD = (
    r"^\W*(?:(?:so|hey|hi|hello|ok|okay|and|please|can you tell me|tell me|show me|exobrain|"
    r"hallo|und|bitte|sag mir|zeig mir)[,\s]+)*"
)
_GREETING = re.compile(
    _LEAD + r"(?:hi|hello|hey|good (?:morning|evening|afternoon)|ok(?:ay)?|bye|"
    r"hallo|hi|moin|servus|guten (?:morgen|tag|abend)|tschüss)\W*$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    _LEAD + r"(?:(?:many )?thanks?(?: you)?(?: (?:so|very) much| a lot)?"
    r"|(?:vielen |besten )?dank(?:e(?: (?:schön|sehr|dir))?)?)\W*$",
    re.IGNORECASE,
)
_HELP = re.compile(
    _LEAD + r"(?:help(?: me)?|hilfe|what (?:can|do) you do|what can i (?:ask|do|say)(?: you| here)?"
    r"|how (?:do(?:es)?|can) (?:this|it|you|i use (?:this|it|you)) ?(?:work)?|who are you"
    r"|was kannst du(?: alles)?|was kann ich (?:dich )?(?:hier )?(?:fragen|tun|machen|sagen)"
    r"|wie (?:funktioniert das|funktionierst du)(?: hier)?|wer bist du)\W*$",
    re.IGNORECASE,
)
# What an order begins with. Such words as "call", "book" and "plan" begin one's own tasks, too.
_REQUEST = re.compile(
    _LEAD + r"(?:(?:can|could|would|will) you (?:please )?)?(?:"
    r"suggest|recommend|advise|translate|summari[sz]e|explain|rewrite|rephrase|compose|calculate|"
    r"generate|brainstorm|proofread|(?:write|draft) (?:me |us )?(?:an?|the|some|my)\b|"
    r"help (?:me|us) (?:to |with )?\w|give (?:me|us)|make (?:me|us|this|it)|"
    r"tell (?:me|us) an?\b|(?:plan|create) (?:me |us )?an?\b|"
    r"empfiehl|empfehle|übersetz\w*|erklär\w*|formulier\w*|berechne|erstelle?|verfasse?|"
    r"schreib\w* (?:mir |uns )?(?:eine?n?|den|das|die)\b|schlag\w* (?:mir|uns)\b|"
    r"fass\w* .*zusammen|hilf (?:mir|uns)|gib (?:mir|uns)|mach (?:mir|uns)|"
    r"kannst du (?:mir |uns )?.*(?:empfehlen|schreiben|helfen|übersetzen|erklären|vorschlagen)"
    r")\b",
    re.IGNORECASE,
)
_COMING = re.compile(
    _LEAD + r"(?:"
    r"what(?:['’]s| is| are| do i have| have i got| else is)?(?: \w+){0,3}? "
    r"(?:coming(?: up)?|up next|next|upcoming|planned|scheduled|ahead|"
    r"on my (?:agenda|calendar|schedule))\b(?: (?:for )?(?:me|today|tomorrow|(?:this|next) \w+|"
    r"on \w+|in the .*))?"
    r"|(?:what are )?(?:my )?(?:upcoming |next )?(?:appointments|agenda|calendar|schedule|plans)"
    r"(?: (?:for )?(?:today|tomorrow|(?:this|next) \w+|on \w+))?"
    r"|(?:do i have |is there )?anything (?:coming up|planned|scheduled|on)\b.*"
    r"|was (?:steht|kommt|ist)\b.*\b(?:an|auf mich zu|geplant|bevor|los)"
    r"|was (?:habe?|hab) ich\b.*\b(?:vor|geplant)"
    r"|(?:was sind )?(?:meine )?(?:nächsten )?(?:termine|agenda|pläne)\b.*"
    r"|welche termine\b.*|habe? ich\b.*\btermine?\b.*"
    r")\W*$",
    re.IGNORECASE,
)
# What is asked of a day: it is of what is planned where the day is still to come.
_OF_A_DAY = re.compile(
    _LEAD + r"(?:what(?:['’]s| is) (?:on|happening|up)|what (?:do|have|am) i|am i (?:free|busy)|"
    r"(?:do|have) i (?:have|got)|was (?:habe?|mache?|ist|steht)|habe? ich|bin ich)\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:did|have|had) i (?:\w+ )?(?:say|said|tell|told|write|written|mention\w*)\b"
    r"(?: you)?(?: (?:about|of|on|regarding|to))?(?P<about>.*)"
    r"|\b(?:habe?|hatte) ich\b(?: dir)?(?: (?:über|von|zu|zum|zur|wegen))?(?P<davon>.*?)"
    r"\b(?:gesagt|erzählt|geschrieben|erwähnt)\b",
    re.IGNORECASE,
)
_ABOUT_ME = re.compile(
    _LEAD + r"(?:what (?:do|can) you (?:know|remember|tell me) (?:about|of) me|who am i|"
    r"what have you learn(?:ed|t) about me|was weißt du (?:über|von) mi(?:ch|r)|wer bin ich)\W*$",
    re.IGNORECASE,
)
# What asks without a question mark. "Was at the dentist" and "when I was young" tell something.
_QUESTION = re.compile(
    _LEAD + r"(?:who|whom|whose|where|which|why|how|what(?! an?\b)|when(?! (?:i|we|my|our)\b)|"
    r"find|search|look up|remind me (?:what|who|when|where)|tell me about|"
    r"(?:do|does|did|is|are|was|were|am|can|could|will|would|should|has|have|had)"
    r" (?:i|you|he|she|it|we|they|there|my|our|his|her|their|the)|"
    r"wer|wen|wem|wessen|wann|wo|wohin|woher|welche\w*|warum|wieso|weshalb|wie|such\w*|erzähl|"
    r"was (?:ist|war|sind|waren|hab\w*|hat|hast|weißt|mach\w*|steht|gibt|will|mag)|"
    r"(?:habe?|hast|hat|bin|ist|sind|kann|kannst|war|waren|wird)"
    r" (?:ich|du|er|sie|es|wir|mein\w*|unser\w*|der|die|das))\b",
    re.IGNORECASE,
)
# Words that the profile is asked by. Where a question has one, what is there comes first.
_SLOTS: Mapping[Slot, str] = {
    Slot.ALLERGIES: r"allerg\w*|intoleran\w*|unverträglich\w*",
    Slot.NAME: r"name|called|heiße",
    Slot.HEALTH: r"health|illness|conditions?|medication|gesundheit|krank\w*",
    Slot.DIET: r"diet|eat|vegan|vegetarian|ernähr\w*|esse",
    Slot.HOME: r"live|living|home|address|wohne|zuhause|zu hause",
    Slot.WORK: r"work|job|employer|arbeite|beruf|arbeitgeber",
    Slot.PARTNER: r"partner|wife|husband|girlfriend|boyfriend|frau|mann|freundin|freund",
    Slot.CHILDREN: r"child(?:ren)?|kids?|sons?|daughters?|kind(?:er)?|sohn|söhne|t[oö]chter",
    Slot.FAMILY: r"family|relatives|familie|verwandte?n?",
    Slot.PETS: r"pets?|dogs?|cats?|haustiere?|hund\w*|katze\w*",
    Slot.PROJECTS: r"projects?|projekte?",
}
# Of the user: "do I work", "my work"; in "does my sister work" it is another's.
_SLOT_OF_USER: Mapping[Slot, re.Pattern[str]] = {
    slot: re.compile(
        rf"\b(?:i|ich)\b.*\b(?:{words})\b|\b(?:{words})\s+ich\b"
        rf"|\b(?:my|mein\w*) (?:{words})\b",
        re.IGNORECASE,
    )
    for slot, words in _SLOTS.items()
}
_OF_MINE = re.compile(r"\b(?:my|our) ((?:\w+ )?[\w'’-]+)", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
# German words that say nothing of what a question is about; the English ones are no terms anyway.
_LITTLE = frozenset(stem(word) for word in word_list("german_small_words")) | {"habe", "bin"}
# Short questions have few small words by which their language could be told.
_SURELY_GERMAN = re.compile(
    r"\b(?:ich|mein\w*|mir|mich|steht|weißt|hallo|moin|servus|danke|guten|merk\w*|vergiss|"
    r"welche\w*|termine|bitte|wer|wo|wann|wie|kommt|habe?)\b",
    re.IGNORECASE,
)


def language_of(message: str) -> Language:
    """The language to answer in."""
    detected = detect_language(message)
    if detected == "de":
        return "de"
    words = _SURELY_GERMAN.findall(message)
    return "de" if words and len(message.split()) < SHORT_WORDS else "en"


def slots_asked_for(question: str) -> set[Slot]:
    """The slots of the user's profile that the question is about."""
    return {slot for slot, words in _SLOT_OF_USER.items() if words.search(question)}


def read_asked(message: str, *, now: datetime) -> Asked:
    """What the message asks for; `now` is on the user's clock."""
    language = language_of(message)
    if (text := wished_text(message)) and not message.rstrip().endswith("?"):
        return Asked(Kind.REMEMBER, language, text)
    forget = _forget_wishes(message)
    if forget:
        return Asked(Kind.FORGET, language, forget[0])
    time = next(iter(read_dates(message, at=now, lenient=True)), None)
    is_to_come = time is not None and time.end > now
    asks_for_coming = _COMING.match(message) and (time is None or is_to_come)
    kinds = {
        Kind.GREETING: _GREETING.match(message),
        Kind.THANKS: _THANKS.match(message),
        Kind.HELP: _HELP.match(message),
        Kind.REQUEST: _REQUEST.match(message),
        Kind.ABOUT_ME: _ABOUT_ME.match(message),
        Kind.COMING: asks_for_coming or (is_to_come and _OF_A_DAY.match(message)),
        Kind.SAID: _SAID.search(message),
        Kind.QUESTION: is_question(message),
    }
    kind = next((kind for kind, is_meant in kinds.items() if is_meant), Kind.STATEMENT)
    return Asked(kind, language, time=time)


def looked_for(question: str) -> str:
    """What is to be found for the question: of "what did I say about Ann", Ann."""
    said = _SAID.search(question)
    about = (said["about"] or said["davon"] or "").strip(" ?!.,") if said else ""
    return about or question


def words_of_content(text: str) -> set[str]:
    """The words that the text is about, as they are compared."""
    return set(terms(text)) - _LITTLE


def roles_asked_for(question: str) -> frozenset[str]:
    """Whom the question is about by what they are to the user: `mother` for "my mum"."""
    owned = _OF_MINE.findall(question)
    return roles_in(" ".join(owned)) if owned else frozenset()


def roles_in(text: str) -> frozenset[str]:
    """The roles that the text has words for, each by one name: `mother` for "mums"."""
    # The reader's word lists, as below.
    from knowledge.extraction.people import role_of  # noqa: PLC0415

    return frozenset(filter(None, map(role_of, words(text))))


def tells(text: str) -> bool:
    """True for a text that says something, and does not only ask, greet or wish to forget."""
    says_nothing = (_GREETING, _THANKS, _HELP, _REQUEST)
    if any(form.match(text) for form in says_nothing) or _forget_wishes(text):
        return False
    return any(part.strip() and not is_question(part) for part in _SENTENCE.findall(text))


def is_question(text: str) -> bool:
    """True for a text that asks and tells nothing, as far as can be told."""
    return text.rstrip(" \n\"'”“»«)").endswith("?") or _QUESTION.match(text) is not None


def _forget_wishes(message: str) -> list[str]:
    """What the message wants forgotten, in its own words."""
    # The reader's word lists: most processes that serve pages never need them.
    from knowledge.extraction.voices.wishes import WishKind, read_wishes  # noqa: PLC0415

    return [wish.text for wish in read_wishes(message) if wish.kind is WishKind.FORGET]
