"""What fixed forms of the topics' table say: phone, e-mail, birthday, sizes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.extraction.english.antecedents import Antecedents
from knowledge.extraction.english.roles import People
from knowledge.extraction.english.writing import filled
from knowledge.extraction.names import EMAIL, Name, normal_phone
from knowledge.extraction.statements import Statement, Subject, normal_value
from knowledge.extraction.topics import Topic, all_topics
from knowledge.extraction.values import age_in, day_of_year

FORM = 0.95  # how sure a fixed form is

_FROM_THEN = re.compile(r"(?i)\b(?:as of|from|since|starting|effective)\b")
_SPEAKER = frozenset(("", "i", "me", "my", "we", "our", "i'm"))
_PRONOUNS = {"he": "he", "she": "she", "his": "he", "her": "she"}


@dataclass(frozen=True)
class FormReader:
    """Reads the fixed forms of one sentence."""

    text: str
    names: Sequence[Name]
    subjects: dict[int, Subject]  # where a role or a name starts -> who that is
    speaker: Subject
    people: People
    antecedents: Antecedents

    def statements(self) -> Iterator[Statement]:
        """What they say, in the order of the table."""
        for topic in all_topics().values():
            for form in topic.forms.get("en", ()):
                for match in form.pattern.finditer(self.text):
                    statement = self._statement(topic, match)
                    if statement is not None:
                        yield statement

    def _statement(self, topic: Topic, match: re.Match[str]) -> Statement | None:
        groups = match.groupdict()
        who = (groups.get("who") or "").strip()
        subject = self._subject(who.lower(), match.start("who") if who else -1)
        if subject is None or "value" not in groups:
            return None
        shown = match["value"].strip(" ,.;")
        value = _value(topic, shown)
        if not value:
            return None
        if topic.name == "name" and subject.is_self:
            for name in self.names:
                if match.start("value") <= name.start < match.end():
                    self.people.is_user(name)
        if topic.name == "age":
            value = str(age_in(shown) or "")
        what = normal_value(groups.get("what") or "")
        kind = what.replace("favorite", "favourite").replace("color", "colour")
        text = filled(topic.says["en"], subject, shown, what=what)
        is_done_to_user = who.lower() == "me"  # "They made me head last week"
        if is_done_to_user:  # with when that was
            text = f"{text.rstrip('.')}{match[0][match.end('value') - match.start() :]}."
        is_address = topic.name == "email" and EMAIL.fullmatch(shown) is not None
        return Statement(
            text=text,
            subject=subject,
            start=match.start(),
            end=match.end(),
            topic=topic.key(kind or value),
            value=value,
            confidence=FORM,
            identifiers=(value,) if is_address else (),
            is_single=topic.is_single,
            # "as of January" is read as it stands.
            takes_date=is_done_to_user and _FROM_THEN.search(match[0]) is None,
        )

    def _subject(self, who: str, start: int) -> Subject | None:
        if who in _SPEAKER:
            return self.speaker
        if who in _PRONOUNS:
            return self.antecedents.person(_PRONOUNS[who])
        return self.subjects.get(start)


def _value(topic: Topic, shown: str) -> str:
    if topic.name == "birthday":
        return day_of_year(shown) or ""
    if topic.name == "phone":
        return normal_phone(shown)
    if topic.name == "email" and EMAIL.fullmatch(shown):
        return shown.lower()
    return normal_value(shown)
