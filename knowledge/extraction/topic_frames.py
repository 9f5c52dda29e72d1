"""Which words of a clause say that it tells a topic, or a relation, of its subject.

A model names the topic; that the clause says it is decided here. In a frame, `V` stands for the
value. A topic without a frame is not proposed by a model.
"""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from knowledge.extraction.words import word_list

_ON = r"(?:(?!\b(?:from|von|aus|not|nicht)\b)[^,;]){0,40}?"  # to the value, but not from it
_THE = r"(?:the\s+|a\s+|an\s+|der\s+|die\s+|das\s+|eine?\s+|eine[mnr]\s+|my\s+|meine?\s+)?"
_IS = r"(?:am|is|are|'m|’m|'s|’s|'re|bin|ist)\s+(?:now\s+|jetzt\s+|currently\s+)?"
_LINK = r"(?:['’]s\s+name)?(?:\s*,\s*|\s+)(?:(?:is|named|called|ist|heißt)\s+)?"  # "my wife is called V"
_MINE = r"\b(?:my|our|meine?[rnms]?|unser\w*)\s+(?:[^\W\d_'’]+\s+)?"
_PARTNER = r"(?:wife|husband|partner|girlfriend|boyfriend|fianc[ée]e?|spouse|married|dating|engaged|frau|mann|freundin|freund|verheiratet|verlobt\w*)"
_RELATIVE = (
    r"(?:sister|brother|sibling|twin|mother|father|mom|mum|dad|parents?|son|daughter|child|children|kids?|"
    r"grand\w+|aunt|uncle|cousin|niece|nephew|friend|buddy|mate|colleague|coworker|co-worker|boss|manager|"
    r"supervisor|teacher|coach|doctor|dentist|therapist|neighbou?r|roommate|flatmate|"
    r"schwester|bruder|mutter|vater|mama|papa|eltern|sohn|tochter|kind\w*|oma|opa|tante|onkel|cousine|nichte|"
    r"neffe|freund\w*|kolleg\w+|chef\w*|lehrer\w*|[äa]rzt\w*|nachbar\w*|mitbewohner\w*)"
)
_LIKES = r"(?:like|likes|love|loves|enjoy|enjoys|adore|adores|prefer|prefers|fond of|fan of|into|favou?rite|mag|liebe|liebt|lieblings\w*)"
_DISLIKES = r"(?:hate|hates|dislike|dislikes|detest|detests|can(?:'|’)?t stand|cannot stand|avoid|avoids|hasse|hasst)"
_HAS = r"(?:have|has|got|own|owns|bought|adopted|keep|habe|hat|haben|besitze|besitzt)"


@dataclass(frozen=True)
class TopicFrame:
    """How a clause tells a topic."""

    pattern: str
    owned: str = ""  # "my name is ...": what of the subject's is then the clause's subject
    says_whose: bool = False  # the pattern itself says that it is the speaker's: "my wife V"
    may_be_past: bool = False  # what was so is so for ever: "I was born in ..."
    is_listed: str = ""  # the list of words that has the value's last word

    def fits(self, text: str, value: str) -> bool:
        """True when the clause tells the topic with that value."""
        if (
            self.is_listed
            and value.split()[-1:]
            and value.rsplit(maxsplit=1)[-1] not in word_list(self.is_listed)
        ):
            return False
        said = rf"(?<!\w)['\"]?{re.escape(value).replace(chr(92) + ' ', chr(92) + 's+')}(?!\w)"
        pattern = self.pattern.replace("V", said) if self.pattern else said
        return re.search(pattern, text, re.IGNORECASE) is not None


_FRAMES: Mapping[str, tuple[TopicFrame, ...]] = {
    "home": (
        TopicFrame(rf"\b(?:live|lives|living|reside|resides|residing|based|moved|relocated|settled|stay|staying|wohn(?:e|t|en)|leb(?:e|t|en)|gezogen|umgezogen)\b{_ON}\b(?:in|to|at|near|outside|nach|bei)\s+{_THE}V"),
        TopicFrame(rf"\b(?:in|nach)\s+V\s+(?:gezogen|umgezogen|wohne|lebe|wohnt|lebt)\b|\b(?:wohne|lebe)\s+ich\b{_ON}\bin\s+V"),
        TopicFrame(rf"\bhome\s+{_IS}(?:in\s+)?{_THE}V", owned="home"),
    ),
    "employer": (
        TopicFrame(rf"\b(?:work|works|working|employed|hired|started|job|position|arbeite|arbeitet|angestellt|beschäftigt)\b{_ON}\b(?:at|for|with|by|bei|für)\s+{_THE}V"),
        TopicFrame(rf"\b(?:joined|join)\s+{_THE}V"),
        TopicFrame(rf"\b(?:employer|company|arbeitgeber|firma)\s+{_IS}{_THE}V", owned="employer company arbeitgeber firma"),
    ),
    "job": (
        TopicFrame(rf"\b(?:work|works|working|job|employed|arbeite|arbeitet)\b{_ON}\b(?:as|als)\s+{_THE}(?:[\w-]+\s+){{0,2}}V"),
        TopicFrame(rf"(?:\b|(?=')){_IS}{_THE}(?:[\w-]+\s+){{0,2}}V", is_listed="jobs"),
        TopicFrame(rf"\b(?:job|profession|occupation|beruf)\s+{_IS}{_THE}V", owned="job profession occupation beruf"),
    ),
    "birthday": (
        TopicFrame(rf"\b(?:born|geboren)\b{_ON}V|V\s+geboren", may_be_past=True),
        TopicFrame(rf"\b(?:birthday|geburtstag)\b{_ON}V", owned="birthday geburtstag"),
    ),
    "birth year": (TopicFrame(rf"\b(?:born|geboren)\b{_ON}V|V\s+geboren", may_be_past=True),),
    "age": (TopicFrame(rf"(?:\b|(?=')){_IS}V(?:\s+(?:years?|jahre)|\s*$|\s+(?:old|alt))|\b(?:turned|aged)\s+V"),),
    "partner": (
        TopicFrame(rf"{_MINE}{_PARTNER}{_LINK}V", says_whose=True),
        TopicFrame(rf"V(?:\s*,|\s+(?:is|ist|became|and I are))\s+(?:my|our|meine?)\s+(?:[^\W\d_'’]+\s+)?{_PARTNER}\b", says_whose=True),
        TopicFrame(r"\b(?:married|engaged|dating|verheiratet|verlobt)(?:\s+(?:to|with|mit))?\s+V"),
    ),
    "name": (TopicFrame(r"\bname\s*(?:is|'s|’s|ist)\s+V|\bnamed\s+V|\bheiße\s+V", owned="name full first last"),),
    "nickname": (TopicFrame(rf"\b(?:call me|nickname\s+{_IS}|nenn mich|goes? by|go by)\s*V", owned="nickname"),),
    "pronouns": (TopicFrame(rf"\b(?:pronouns\s+{_IS}|go by)\s*V", owned="pronouns"),),
    "email": (TopicFrame(r"\b(?:e-?mail|mail|reach|address|adresse)\b.{0,40}V", owned="e-mail email mail address"),),
    "phone": (TopicFrame(r"\b(?:phone|number|mobile|cell|call|telefon\w*|handy\w*|nummer)\b.{0,30}V", owned="phone number mobile cell telefonnummer handynummer nummer"),),
    "address": (TopicFrame(r"\b(?:address|adresse|live at|wohne in der|wohne am)\b.{0,30}V", owned="address adresse"),),
    "diet": (TopicFrame(rf"(?:(?:\b|(?=')){_IS}|\b(?:became|turned|went|eat|eats|esse|isst|diet\s+{_IS})\s*){_THE}(?:strict(?:ly)?\s+|vegan and\s+)?V", owned="diet"),),
    "school": (TopicFrame(rf"\b(?:study|studies|studying|attend|attends|student|go|goes|studiere|studiert|school|university|uni|gehe)\b{_ON}V"),),
    "studies": (TopicFrame(rf"\b(?:study|studies|studying|major|majoring|student|studiere|studiert)\b{_ON}V"),),
    "graduated": (TopicFrame(rf"\b(?:graduated|abschluss)\b{_ON}V"),),
    "origin": (TopicFrame(rf"\b(?:from|aus)\s+{_THE}V|\b(?:born|raised|grew up|geboren|aufgewachsen)\b{_ON}V", may_be_past=True),),
    "birthplace": (TopicFrame(rf"\b(?:born|geboren)\b{_ON}\bin\s+V", may_be_past=True),),
    "hometown": (TopicFrame(rf"\bhome\s?town\s+{_IS}V|\b(?:from|aus)\s+V", owned="hometown home"),),
    "grew up": (TopicFrame(rf"\b(?:grew up|raised|aufgewachsen)\b{_ON}V|\bin\s+V\s+aufgewachsen", may_be_past=True),),
    "lived": (TopicFrame(rf"\b(?:lived|gelebt|gewohnt)\b{_ON}V|\bin\s+V\s+gelebt", may_be_past=True),),
    "marital status": (TopicFrame(rf"(?:(?:\b|(?=')){_IS}|\bgot\s+)V"),),
    "preference": (
        TopicFrame(rf"\b(?:{_LIKES}|{_DISLIKES})\b[^,;]{{0,30}}?V", owned="favourite favorite"),
        TopicFrame(rf"V\s+{_IS}my\s+favou?rite", says_whose=True),
    ),
    "favourite": (TopicFrame(r"\b(?:favou?rite|lieblings\w*)\b[^,;]{0,40}?V", owned="favourite favorite"),),
    "allergy": (TopicFrame(r"\ballerg\w+\b[^;]{0,40}?V|V[- ]{1,3}(?:allerg\w+|unverträglich\w*)|\b(?:intoleran\w+)\b[^;]{0,20}V|V[- ]intoleran\w+"),),
    "has": (TopicFrame(rf"\b{_HAS}\b[^;]{{0,30}}?V"), TopicFrame(rf"{_MINE}V", owned="*")),
    "health": (TopicFrame(rf"\b(?:have|has|suffer|suffers|diagnosed|condition|habe|hat|leide|leidet)\b{_ON}V"),),
    "speaks": (TopicFrame(rf"\b(?:speak|speaks|fluent|spreche|spricht)\b{_ON}V"),),
    "plays": (TopicFrame(rf"\b(?:play|plays|spiele|spielt)\b{_ON}V"),),
    "learns": (TopicFrame(rf"\b(?:learn|learning|learns|lerne|lernt)\b{_ON}V"),),
    "uses": (TopicFrame(rf"\b(?:use|uses|using|nutze|benutze|verwende)\b{_ON}V"),),
    "collects": (TopicFrame(rf"\b(?:collect|collects|sammle|sammelt)\b{_ON}V"),),
    "member": (TopicFrame(rf"\b(?:member|belong|joined|mitglied)\b{_ON}V"),),
    "hobby": (TopicFrame(rf"\b(?:hobby|hobbies|hobbys)\b{_ON}V", owned="hobby hobbies hobbys"),),
    "avoids": (TopicFrame(rf"\b(?:avoid|avoids|meide|vermeide)\b{_ON}V"),),
    "relation": (
        TopicFrame(rf"{_MINE}{_RELATIVE}{_LINK}V", says_whose=True),
        TopicFrame(rf"V(?:\s*,|\s+(?:is|ist|became))\s+(?:my|our|meine?)\s+(?:[^\W\d_'’]+\s+)?{_RELATIVE}\b", says_whose=True),
    ),
}  # fmt: skip
_DISLIKED = re.compile(rf"\b{_DISLIKES}\b", re.IGNORECASE)

_RELATIONS: Mapping[str, str] = {
    "edge.knows": rf"\b(?:know|knows|met|kenne|kennt|{_RELATIVE})\b",
    "edge.partner_of": rf"\b{_PARTNER}\b",
    "edge.owns": rf"\b(?:{_HAS}|my|our|his|her|their|meine?|unser\w*)\b|['’]s\b",
    "edge.affiliated_with": r"\b(?:works?|working|employed|hired|join(?:ed)?|job|started|stud(?:y|ies|ying)|student|attends?|teach(?:es)?|runs?|founded|school|university|arbeite[tn]?|studier[et]+|angestellt|bei)\b",
    "edge.member_of": r"\b(?:member|belongs?|join(?:ed)?|plays?|sings?|team|band|club|group|choir|mitglied|verein|spiel[et]|sing[et]+)\b",
    "edge.participated_in": r"\b(?:attend(?:ed|s|ing)?|went|going|took part|takes? part|participat\w+|ran|run|running|visited|teilgenommen|besucht\w*)\b",
    "edge.authored": r"\b(?:wrote|written|writes?|author\w*|painted|composed|made|created|geschrieben|schrieb)\b",
    "edge.lies_in": r"\b(?:in|near|part of|bei)\b",
    "edge.located_at": r"\b(?:in|at|near|im|bei)\b",
    "edge.also_known_as": r"\b(?:known as|called|nickname|aka|alias|named|genannt)\b",
    "edge.related_to": r"",
}  # fmt: skip


def frames_of(topic: str) -> tuple[TopicFrame, ...]:
    """The frames of a topic, by the part before its colon."""
    return _FRAMES.get(topic.partition(":")[0], ())


def tells_acquaintance(text: str, name: str) -> bool:
    """True when the clause says that the speaker knows somebody of that name."""
    known = (*_FRAMES["relation"], TopicFrame(r"\bI (?:know|met)\s+V|\bich kenne\s+V"))
    return any(frame.fits(text, name) for frame in known)


def has_unnamed_person(text: str, name: str) -> bool:
    """True when the text speaks of a relative or the like who need not be the one of that name."""
    for found in re.finditer(rf"\b(?:{_RELATIVE}|{_PARTNER})\b", text, re.IGNORECASE):
        named = rf"{_LINK}{re.escape(name)}\b"
        before = text[: found.start()].rstrip()
        if not re.match(named, text[found.end() :], re.IGNORECASE) and not re.search(
            rf"{re.escape(name)}(?:\s*,|\s+(?:is|ist))\s+(?:my|our|meine?)$", before, re.IGNORECASE
        ):
            return True
    return False


def tells_partner(text: str, name: str) -> bool:
    """True when the clause says that somebody of that name is the speaker's partner."""
    return any(frame.fits(text, name) for frame in _FRAMES["partner"])


def is_liked(text: str) -> bool:
    """False for a clause with a word for dislike; negation is not looked at."""
    return _DISLIKED.search(text) is None


@cache
def _relation_pattern(edge_type: str) -> re.Pattern[str] | None:
    pattern = _RELATIONS.get(edge_type)
    return None if pattern is None else re.compile(pattern, re.IGNORECASE)


def tells_relation(text: str, edge_type: str) -> bool:
    """True when the clause has a word for that relation."""
    pattern = _relation_pattern(edge_type)
    return pattern is not None and pattern.search(text) is not None
