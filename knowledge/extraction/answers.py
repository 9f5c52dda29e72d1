"""Short answers to what the assistant asked: "Where do you live?" - "Leeds, near the canal".

The question gives topic and subject, the answer the value. Together they are the sentence that the
user could have said instead, which is then read like any other. What fits no row of the table is no
answer: the message is read by itself.
"""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Mapping

from knowledge.extraction.english import capitalised
from knowledge.extraction.restated import Restated
from knowledge.extraction.voices import Mode, read_sentences
from knowledge.types import SourceMessage

MAX_WORDS = 10  # of an answer; a longer one speaks for itself
MAX_QUESTION_CHARACTERS = 600  # of the assistant's message; a longer one asks besides


_ANY = r"(?:(?:do you have|have you got|are there|got) )?(?:any )?"
_NOW = r"(?: (?:now|currently|at the moment|these days|right now))?"
_IS_YOUR = r"(?:what|who)(?:'s| is| are) your "
_ONE = r"(?:[\w' -]{2,40})"  # words of the question that go over into the sentence
_NAME = r"(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?"
_PLACE = r"(?:near )?(?-i:[A-Z])[\w'.-]*(?: (?:(?-i:[A-Z])[\w'.-]*|of|upon|on|am|the|de|la|an der|near))*(?:, .+)?"
_NAMES = rf"(?:(?:baby|little) )?{_NAME}(?:(?:, (?:and )?| and | & )(?:(?:baby|little) )?{_NAME})*"
_COUNT = r"(?:an?|one|two|three|four|five|six|\d)"
_DIET = r"(?:an? )?(?:vegan|vegetarian|pescatarian|coeliac|celiac|lactose[- ]intolerant|muslim|kosher|halal)"
_PERSON = r"(?:partner|wife|husband|girlfriend|boyfriend|fianc[eé]e?|mother|mum|mom|father|dad|sister|brother|son|daughter|boss|manager|landlord|landlady|dentist|doctor|gp|dog|cat|horse|rabbit|hamster|pet)"

# What is asked (the whole question), what the answer must look like, and the sentence of both.
# `{value}` is the answer, other words in braces are groups of the question.
_ROWS: tuple[tuple[str, str, str], ...] = (
    (rf"(?:where|(?:which|what) (?:city|town|country|place|part of the country)) (?:do you (?:currently )?live(?: in)?|are you (?:based|living|located)(?: in)?|are you in){_NOW}", _PLACE, "I live in {value}."),
    (r"where (?:are you|do you come) from(?: originally)?|where did you grow up|where were you born", rf"(?:from )?{_PLACE}", "I come from {value}."),
    (rf"what do you do(?: for (?:a living|work))?|(?:{_IS_YOUR})(?:job|profession|occupation|job title)", r"(?!nothing\b).+", "I am {value}."),
    (rf"where do you work{_NOW}|who(?:m)? do you work for{_NOW}|who is your employer", r"(?!from home\b|home\b|remotely\b).+", "I work at {value}."),
    (rf"{_ANY}(?:dietary|food) (?:restrictions?|requirements?|needs|preferences)[\w ,]*|{_ANY}(?:[\w ,]+ )?(?:foods?|things?|ingredients?) (?:that )?you (?:avoid|don't eat|do not eat|can't eat|cannot eat|dislike|don't like)|(?:is there )?anything (?:that )?you (?:don't|do not|can't|cannot) eat", _DIET, "I am {value}."),
    (rf"{_ANY}(?:dietary|food) (?:restrictions?|requirements?|needs|preferences)[\w ,]*|{_ANY}(?:[\w ,]+ )?(?:foods?|things?|ingredients?) (?:that )?you (?:avoid|don't eat|do not eat|can't eat|cannot eat)|(?:is there )?anything (?:that )?you (?:don't|do not|can't|cannot) eat", r"(?!none\b|nothing\b|anything\b|everything\b|not\b).+", "I don't eat {value}."),
    (rf"{_ANY}(?:food |known )?allergies(?: (?:i should know (?:about|of)|to consider|or intolerances))?|are you allergic to anything|what are you allergic to", r"(?!none\b|nothing\b|not\b).+", "I am allergic to {value}."),
    (rf"{_ANY}(?:kids|children)|how many (?:kids|children) do you have", rf"(?P<count>{_COUNT})[,:;]? ?(?:-|–|called|named)? ?(?P<names>{_NAMES})", "I have {count} kids, {names}."),
    (rf"{_ANY}(?:kids|children)|how many (?:kids|children) do you have", rf"{_COUNT}", "I have {value} kids."),
    (rf"{_ANY}(?:kids|children|siblings|brothers|sisters|brothers (?:or|and) sisters|pets|animals)|how many (?:kids|children|siblings|pets) do you have", rf"{_COUNT} [a-z].+", "I have {value}."),
    (rf"{_IS_YOUR}(?P<who>{_PERSON})(?:'s name| called| named)?|what is the name of your (?P<whose>{_PERSON})|what(?:'s| is) your (?P<third>{_PERSON}) called", rf"{_NAME}", "My {who} is called {value}."),
    (rf"{_IS_YOUR}(?:first |full )?name|who am i (?:talking|speaking) to", rf"{_NAME}", "My name is {value}."),
    (r"(?:what|how) (?:should|can|shall|may|do you want me to|would you like me to) (?:i )?call you", rf"{_NAME}", "I am called {value}."),
    (r"how old are you", r"\d{1,3}", "I am {value} years old."),
    (rf"when(?:'s| is) your birthday|when were you born|{_IS_YOUR}(?:birthday|date of birth)", r".*\d.*", "My birthday is {value}."),
    (rf"{_IS_YOUR}(?:e-?mail|email)(?: address)?", r"\S+@\S+\.\w+", "My email is {value}."),
    (rf"{_IS_YOUR}(?:phone|mobile|cell|telephone)(?: number)?", r"[\d +()/-]{6,}", "My phone number is {value}."),
    (rf"{_IS_YOUR}(?P<what>(?:shoe|t-?shirt|shirt|dress|trouser|ring|hat) size)", r"[\w ./-]{1,12}", "My {what} is {value}."),
    (rf"{_IS_YOUR}favou?rite (?P<what>{_ONE})|(?:which|what) (?P<which>{_ONE}) do you like (?:best|most)", r".+", "My favourite {what} is {value}."),
    (r"(?:what|which) languages? do you speak", r".+", "I speak {value}."),
    (r"(?:what|which) (?:musical )?instruments? do you play", r".+", "I play {value}."),
    (r"(?:what|which) (?:car|bike|motorbike) do you (?:drive|ride|have|own)", r".+", "I own {value}."),
    (r"what (?:kind|sort|type)s? of (?:music|books?|films?|movies?|food|games|sports?) do you (?:like|enjoy|prefer)(?: best)?", r".+", "I like {value}."),
    (r"what (?:do you|are you) study(?:ing)?", r".+", "I study {value}."),
    (r"how tall are you", r"\d.*", "I am {value} tall."),
)  # fmt: skip
# A question that yes or no answers, and what it then says.
_YES_NO: tuple[tuple[str, str, str], ...] = (
    (rf"{_ANY}(?P<what>(?:food )?allergies|kids|children|siblings|pets)", "", "I don't have any {what}."),
    (r"do you have an? (?P<what>[\w -]{2,30})", "I have a {what}.", "I don't have a {what}."),
    (rf"do you (?P<what>(?:smoke|drink|drive|eat|play|speak|live|work|own|use|take|study|like|wear)\b{_ONE}?)", "I {what}.", "I don't {what}."),
    (r"are you (?P<what>(?:an? )?(?:vegan|vegetarian|married|divorced|single|left-handed|pregnant|retired|allergic to [\w -]{2,30}|a [\w -]{3,25}))", "I am {what}.", "I am not {what}."),
)  # fmt: skip

_LEAD = re.compile(
    r"(?i)^(?:(?:(?:sure|great|okay|ok|perfect|of course|certainly|happy to help|by the way|and|so|also|first|one (?:more|quick) (?:question|thing)|quick question|just (?:to check|curious)|may i ask|can i ask|tell me|before (?:i|we) (?:start|begin|continue))\b)[,:.! –-]*)+"
)
_YES = re.compile(
    r"(?i)^(?:(?:yes|yeah|yep|yup|sure|oh|well|hm+|um+|ok(?:ay)?|right now|currently|just|only|mostly|mainly|that would be|it's|it is|its|they're|they are|in|at|as)\b[,:;.! –-]*)+"
)
_NO = re.compile(
    r"(?i)^(?:no|nope|nah|none|nothing)(?:[,.!]? (?:i (?:don't|do not|haven't|have not|am not)|i'm not|not (?:any ?more|really|at all)|not (?:for|since|in) [\w ]{2,30}|never|none|thanks?|thank you|sorry|i have none))*[.! ]*$"
)
_ONLY_YES = re.compile(
    r"(?i)^(?:yes|yeah|yep|yup|sure|of course|absolutely|i do|i am|i have)(?:[,.!]? (?:i do|i am|i have|sure|of course))*[.! ]*$"
)
_JOKE = re.compile(r"(?i)\b(?:lol|lmao|haha\w*|jk|obviously|kidding|joking)\b")
_DEICTIC = re.compile(r"(?i)\b(?:this|that|these|those|it|here|there|the idea|them)\b")
_TAIL = re.compile(
    r"(?i)[\s,.!;:)]+(?:(?:please|thanks|thank you|tbh|though|actually|i think|at the moment|right now|for now|btw)[\s.!,;:)]*)*$"
)
# What speaks for itself, evades, or asks back.
_NO_ANSWER = re.compile(
    r"(?i)^(?:I|I'm|not|I've|we|we're|my|our|you|he|she|they|there|this|that|let's|please|can|could|what|why|how|who|tell|give|show|thanks|nothing|no idea|not sure|don't know|dunno|depends|maybe|perhaps|none of|somewhere|guess|never mind|skip|pass|whatever|any|anything|both|all|the one|single|divorced|unmarried|widowed|complicated|secret|private|good question|nobody|no one)\b|\?|\b(?:maybe|perhaps|probably|or|not sure|don't know|instead|but|wait|i mean|i meant|rather|scratch|make that)\b"
)
# What the next sentence may begin with, when it takes the answer back.
_TAKES_BACK = re.compile(
    r"(?i)\W*(?:(?:no|oh|ah|oops|well)\W+)*(?:wait|i mean|i meant|scratch|sorry|actually|make that|rather|correction|kidding|just kidding|joking|don't (?:remember|save|store)|forget)\b"
)
_MEANT = frozenset({Mode.STATED, Mode.TALK, Mode.UNREAD})


def answer_in(asked: SourceMessage | None, reply: SourceMessage) -> Restated | None:
    """What the user's message answers to the assistant's only question just before; None if nothing."""
    question = _question_in(asked.content) if asked is not None and asked.role != "user" else None
    sentences = read_sentences(reply.content) if question is not None else ()
    if question is None or not sentences or not sentences[0].is_own:
        return None
    first = sentences[0]
    is_meant = all(clause.mode in _MEANT for clause in first.clauses)
    if not is_meant or _TAKES_BACK.match(reply.content[first.end :]):
        return None
    said = reply.content[first.start : first.end].strip()
    if len(said.split()) > MAX_WORDS or "\n" in said or _JOKE.search(said):
        return None
    text = _yes_or_no(question, said) or _value_of(question, said)
    return Restated(first.start, first.end, text, is_topical=True) if text else None


def _question_in(content: str) -> str | None:
    """The only question of a message, in its last sentence, without what leads to it."""
    if "?" not in content or len(content) > MAX_QUESTION_CHARACTERS:
        return None
    sentences = [content[one.start : one.end].strip(" \n*_") for one in read_sentences(content)]
    asked = [one for one in sentences if one.endswith("?")]
    if len(asked) != 1 or sentences[-1] != asked[0]:
        return None
    return " ".join(_LEAD.sub("", asked[0]).rstrip("? ").replace("’", "'").split())


def _yes_or_no(question: str, said: str) -> str:
    is_no, is_yes = _NO.match(said) is not None, _ONLY_YES.match(said) is not None
    for pattern, yes, no in _YES_NO if is_no or is_yes else ():
        if (match := re.fullmatch(pattern, question, re.IGNORECASE)) and not _DEICTIC.search(
            question
        ):
            words = {name: _turned(value or "") for name, value in match.groupdict().items()}
            return (yes if is_yes else no).format_map(words)
    return ""


def _value_of(question: str, said: str) -> str:
    value = _TAIL.sub("", _YES.sub("", said.rstrip(" .!") + " ")).strip()
    value = capitalised(value)
    if not value or _NO_ANSWER.search(value):
        return ""
    for pattern, shape, template in _ROWS:
        match = re.fullmatch(pattern, question, re.IGNORECASE)
        fits = re.fullmatch(shape, value, re.IGNORECASE) if match else None
        if match is None or fits is None:
            continue
        words = {name: each for name, each in match.groupdict().items() if each}
        asked = next(iter(words.values()), "")
        values = {**dict.fromkeys(("who", "what"), _turned(asked)), "value": value}
        said = template.format_map(values | fits.groupdict())
        return re.sub(r"\b(?:in|from) (?=(?:near|from) )", "", said)
    return ""


_SWAPPED: Mapping[str, str] = {"your": "my", "you": "I", "yourself": "myself", "yours": "mine"}


def _turned(words: str) -> str:
    """Words that were said to the user, as the user says them: "your own car" is my own car."""
    return re.sub(
        r"(?i)\b(?:your|you|yourself|yours)\b", lambda one: _SWAPPED[one[0].lower()], words
    )
