"""Lines as in an address book: "Plumber: Ravi Menon, 0151 223 3445"."""

import re
from collections.abc import Iterator

from knowledge.extraction.people import role_words
from knowledge.extraction.restated import Restated
from knowledge.extraction.sentences import Sentence
from knowledge.extraction.topics import role_topic

_LINE = re.compile(
    r"(?:(?i:my|our|new) )*(?P<role>[A-Za-z][a-z-]+(?: [a-z-]+)?)(?: is)?\s*[:–-]\s+"
    r"(?P<name>(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2})"
    r"(?:\s*[,;:–(-]?\s*(?:(?i:tel|phone|mobile|cell|ph)\b[.: ]*)?"
    r"(?P<phone>\+?[\d(][\d ()/-]{5,18}\d)\)?)?"
    r"(?:\s*[,;]?\s*(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+))?[\s.!]*"
)


def contact_line(sentence: Sentence) -> Iterator[Restated]:
    """What a line says that names a role, its holder and how to reach them."""
    match = _LINE.fullmatch(sentence.text)
    if match is None or sentence.speaker is not None or not (match["phone"] or match["email"]):
        return
    role = match["role"].lower()
    if role not in role_words() or role_topic(role) is None:
        return
    start, end, name = sentence.start, sentence.end, match["name"]
    yield Restated(start, end, f"My {role} is {name}.")
    if match["phone"]:
        yield Restated(start, end, f"{name}'s phone number is {match['phone']}.")
    if match["email"]:
        yield Restated(start, end, f"{name}'s email is {match['email']}.")
