"""Sentences of what was read, with their subject put in."""

import re

from knowledge.extraction.english.wording import WHO
from knowledge.extraction.statements import Subject

_LINKS_BEFORE = re.compile(
    r"(?i)^(?:so|then|also|because|but|and|plus|although|though|since|well|ok|btw|oh|yes|"
    r"otherwise|before that|after that|correction:|originally)[ ,]+(?=\S)"
)


def filled(says: tuple[str, str], subject: Subject, value: str, **more: str) -> str:
    """The sentence of a topic with its subject and value."""
    template = says[0] if subject.is_self else says[1]
    whose = subject.owner_label
    text = template.format_map(
        {"who": subject.label, "whose": whose, "value": value, "role": "", "what": "", **more}
    )
    return text[0].upper() + text[1:]


def sentence(template: str, subject: Subject) -> str:
    """The clause as a sentence with its subject put in."""
    label = subject.label
    text = template.replace(WHO, label)
    if label == "We" and not template.startswith(WHO):
        text = template.replace(WHO, "we")  # "In August we hiked"
    if not subject.is_self:
        text = re.sub(rf"(?<={re.escape(label)}) (?:am|'m)\b", " is", text)
        text = text.replace(f"{label} {label} ", f"{label} ")  # the parse has split "my aunt Ann"
        if " and " not in label:
            text = re.sub(rf"(?<={re.escape(label)}) have\b", " has", text)
    text = re.sub(r",? it (?:seems|appears)\W*$", "", text)
    text = re.sub(r"\b(I|[Ww]e) been\b", r"\1 have been", text)
    text = _LINKS_BEFORE.sub("", text).strip(" ,;:-–")
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?" else f"{text}."
