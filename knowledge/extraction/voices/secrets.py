"""Finds passwords, codes and numbers that open, pay or identify: what nobody else is to see.

A secret is recalled when it is asked for and shown nowhere else, so what looks like one and is none
costs little. Phone numbers and birthdays are none.
"""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.extraction.voices.text import plain_text

MAX_THING_CHARACTERS = 60
CARD_DIGITS = range(13, 20)
MIN_COMBINATION_DIGITS = 3


@dataclass(frozen=True)
class Secret:
    """A secret; positions are characters of the message."""

    thing: str  # what it opens or belongs to: "wifi password at the cabin"
    value: str
    start: int  # of the clause that tells it
    end: int
    value_start: int
    value_end: int
    is_by_looks: bool = False  # a key wherever it stands, in code too


_NOUN = (
    r"(?:(?:wi-?fi|wlan|lan|network|router|e-?mail|mail|bank|atm|debit|credit|card|sim|phone|door|gate|garage|house|front door|back door|entry|entrance|building|alarm|safe|locker|bike|bicycle|luggage|suitcase|padlock|lock|"
    r"screen|unlock|login|log-in|account|admin|root|user|master|recovery|backup|back-up|security|access|secret|private|api|ssh|license|licence|product|activation|two-factor|2fa|verification|voicemail|netflix|spotify|amazon|google|apple|icloud|steam|paypal|my)\s+){0,3}"
    r"(?:passwords?|pw|(?<!zip )(?<!postal )(?<!post )(?<!error )(?<!status )(?<!country )(?<!area )(?<!source )(?<!exit )(?<!dress )(?<!promo )(?<!discount )code|pass ?words?|passwort|passwörter|kennwort|kennwörter|passphrase|pass ?phrase|pass ?code|passcode|pin|pin ?(?:code|number|nummer)|pin-(?:code|nummer)|puk|tan|cvv|cvc|code ?word|codewort|losung|"
    r"(?:(?:door|gate|garage|entry|entrance|alarm|safe|locker|access|key|lock|unlock|security|recovery|backup|activation|voicemail|house|building|lockbox|key ?box|front door|back door|elevator|verification|2fa|bike|luggage|intercom|storage|parking|keypad|disarm|override|master|mailbox)\s?)codes?|combination|combo|(?:wi-?fi|network|api|secret|private|license|licence|product|access|encryption|recovery|security|master|ssh|wlan)[ -]?keys?|"
    r"(?:access|auth|bearer|api|refresh) token|(?:seed|recovery|wallet|backup) (?:phrase|words|seed)|crypto seed|security answer|account (?:number|no\.?)|routing number|sort code|iban|card number|(?:credit|debit) card(?: number)?|"
    r"(?:social security|passport|national insurance|ni|nhs|social insurance|medicare|insurance|driver'?s? licen[cs]e|driving licen[cs]e|id|id card|identity card|tax|membership)\s(?:number|no\.?|id)|ssn|nin|vat number|"
    r"(?:tür|haustür|garagen|tor|alarm|tresor|safe|zugangs|zugriffs|zutritts|sicherheits|freischalt|wiederherstellungs|entsperr|aktivierungs|schloss|zahlen|eingangs|keller|schließfach|spind|schlüsselbox|schlüsseltresor)-?codes?|zahlenkombination|kombination|(?:wlan|wi-?fi|netzwerk|api|lizenz|produkt|sicherheits|wiederherstellungs)-?\s?(?:schlüssel|passwort|kennwort|pin)|"
    r"kontonummer|kreditkartennummer|kartennummer|kreditkarte|geheimzahl|geheimnummer|geheimcode|steuer-?id|steuernummer|steueridentifikationsnummer|sozialversicherungsnummer|rentenversicherungsnummer|versicherungsnummer|krankenversichertennummer|personalausweisnummer|ausweisnummer|passnummer|reisepassnummer|führerscheinnummer|(?:e-?mail|bank|router|handy|sim|netflix|spotify|amazon)-?(?:passwort|kennwort|pin|code))"
)
_OF = r"(?:\s+(?:of|for|to|on|at|in|from|vom|von|für|zum|zur|am|im|der|des|beim|bei|in der|an der|auf|des)\s+(?:(?:my|our|the|her|his|their|mein\w*|unser\w*|der|dem|den|die|das|einem|einer)\s+)?[^\s,.:;=?!\"]+(?:\s+(?!is\b|are\b|was\b|ist\b|lautet\b|heißt\b|will\b)[^\s,.:;=?!\"]+){0,4}?)?"
_IS = r"(?:\s*[:,]\s+(?:it['’]?s|it is)(?:\s+(?:still|now|just|always))?\s+|,\s+(?=\S*\d)|\s*(?::|=|->|→)\s*|\s+(?:(?:is|are|was|will be|reads|has been|ist|lautet|sind|war|heißt|wäre)(?:\s+(?:now|still|currently|set to|just|always|jetzt|noch|nun|immer noch|seit neuestem|changed to))*(?:\s*:)?|changed to|set to|geändert (?:in|auf|zu))\s+|'s\s+|\s+(?=\S*\d\S*\d\S*\d)|,\s+(?:it's|it is|which is)\s+|\s*[-–]\s+)"
_VALUE = r"(?P<value>\"[^\"\n]{2,80}\"|'[^'\n]{2,80}'|(?:[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,8}(?:\s?[A-Z0-9]{1,4})?)|\d[\d \-]{2,30}\d#?|[^\s\"',;]*[^\s\"',;.!?)]\S*?)(?=[\s,;.!?)]*(?:\s|$))"
_NAMED = re.compile(
    rf"(?P<clause>(?P<thing>(?:(?:the|my|our|your|his|her|their|der|die|das|mein\w*|unser\w*)\s+(?:[\w'-]+\s+){{0,3}}?)?(?<![\w-]){_NOUN}(?![\w-]){_OF}){_IS}{_VALUE})",
    re.IGNORECASE,
)
# "4471 is the door code", "The alarm is switched off with 2580#".
_FIRST = re.compile(
    rf"(?P<clause>(?P<value>(?<!\S)(?=\S{{0,40}}\d)[\w!#$%&*+@.-]{{3,40}})\s+(?:is|ist|opens|öffnet)\s+(?P<thing>(?:the|my|our|der|die|das|mein\w*|unser\w*)\s+{_NOUN}{_OF}))(?=[\s,;.!?]|$)",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?P<clause>(?P<thing>(?:the|my|our|der|die|das|mein\w*|unser\w*)\s{1,4}[^\n.;!?]{2,50}?)\s{1,4}(?:(?:is|are|gets?|can be|wird|werden)\s{1,4})?(?:opens?|opened|unlocks?|unlocked|disarms?|disarmed|switched off|turned off|deactivated|logs? in|öffnet|öffnen|geöffnet|entsperrt|deaktiviert|ausgeschaltet|geht auf)?\s*(?:with|by (?:typing|entering)|using|mit|per|durch)\s{1,4}(?:(?:the )?(?:code|pin|combination|password|dem code|der pin|der kombination)\s{1,4})?(?P<value>[*#]?\d[\d*-]{2,12}\d?#?)(?:\s{1,4}(?:geöffnet|entsperrt|deaktiviert|ausgeschaltet|auf|aus|off))?)(?=[\s,;.!?]|$)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"open|unlock|disarm|switched off|turned off|deactivat|logs? in|öffn|entsperr|deaktiv|ausgeschaltet|geht auf|\bcode\b|\bpin\b|\bauf\b|\baus\b|\boff\b|alarm|safe|tresor|lock|schloss|door|gate|tür|tor\b",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(?P<clause>(?P<thing>(?:(?:my|our|the|mein\w*|der|die|das)\s+)?(?<![\w.-])[\w.-]{1,40}(?:\s+[\w.-]{1,40}){0,2}?\s+(?:log-?ins?|sign-?in|credentials|account|zugang|zugangsdaten|anmeldedaten|anmeldung|konto))\s*(?::|=|\s(?:is|are|ist|lautet|sind))\s*(?P<user>[^\s/|,]{2,80})\s*(?:/|\||,|\s(?:and|und|with|mit|pw|pass|password|passwort)\s)\s*(?:(?:pw|pass|password|passwort)\s*:?\s*)?(?P<value>[^\s,;]{4,80}))",
    re.IGNORECASE,
)
# "Login for the archive: jdoe / 8finches".
_LOGIN_FOR = re.compile(
    r"(?P<clause>(?P<thing>(?<!\w)(?:log-?in|sign-?in|credentials|account|zugang|zugangsdaten|anmeldedaten|anmeldung|konto)\s+(?:for|to|of|at|für|zu[mr]?|bei[mr]?)\s+(?:(?:the|my|our|die|das|den|dem|mein\w*|unser\w*)\s+)?[\w.-]{1,40}(?:\s[\w.-]{1,40})?)\s*(?::|=|\s(?:is|are|ist|lautet|sind))\s*(?P<user>[^\s/|,]{2,80})\s*[/|]\s*(?P<value>[^\s,;]{4,80}))",
    re.IGNORECASE,
)
# A word with letters and digits, or a few digits alone that are no phone number.
_MIXED = r"(?P<value>(?=[^\s,;]*\d)(?=[^\s,;]*[^\W\d_])[^\s,;\"'()]{4,40}|[*#]?\d{4,10}[*#]?(?![ -]?\d))(?=[\s,;.!?)]|$)"
# "The mail password was set to oak-19", "das Passwort auf Eiche19 geändert".
_SET_TO = re.compile(
    rf"(?P<clause>(?P<thing>(?:the|my|our|das|die|den|mein\w*|unser\w*)\s+(?:[\w'-]+\s+){{0,3}}?(?<![\w-]){_NOUN}(?![\w-]){_OF})\s+(?:to|into|auf|in|zu)\s+{_MIXED})",
    re.IGNORECASE,
)
# "We chose 5512 as the code for the shed".
_AS = re.compile(
    rf"(?P<clause>(?<!\S){_MIXED}\s+(?:as|als)\s+(?P<thing>(?:(?:the|my|our|mein\w*|unser\w*)\s+)?(?<![\w-]){_NOUN}(?![\w-]){_OF}))",
    re.IGNORECASE,
)
_PLACE = r"(?:(?:guest|home|office|front|back|garage|garden|main|side|cellar|Gäste-?|Heim-?)\s?)?(?:wi-?fi|w-?lan|network|netzwerk|netz|internet|router|portal|server|laptop|computer|pc|tablet|phone|handy|website|app|alarm|safe|tresor|gate|door|garage|building|lobby|locker|shed|keypad|lock|tor|tür|haustür)"
# "You get into the lab network with finch-22", "For the shed use 5512", "It's 5512 for the gate".
_ENTERED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<clause>(?:\b(?:get|log|sign|connect|join)\s+(?:(?:in|on|onto|into|to)\s+)?(?:(?:the|my|our)\s+)?)?(?<!\w)(?P<thing>{_PLACE})(?!\w)[^.!?\n]{{0,60}}?\b(?:(?:get|log|sign|connect|come|join|komm\w*|geh\w*|meld\w*)\b[^.!?\n]{{0,20}}?\s)?(?:with|using|mit|per)\s+(?:[\w.@-]{{2,40}}\s*[/|]\s*)?{_MIXED})",
        rf"(?P<clause>(?<!\w)(?P<thing>{_PLACE})(?!\w)[^.!?\n]{{0,40}}?\b(?:use|type|enter|press|dial|punch in|key in|tipp\w*|drück\w*|nimm|gib)\s+{_MIXED})",
        rf"(?P<clause>\b(?:use|type|enter|press|punch in|key in|it['’]s|it is)\s+{_MIXED}\s+(?:for|at|to open|on)\s+(?:the|my|our)\s+(?P<thing>{_PLACE}(?:\s+(?:door|gate))?)(?!\w))",
    )
)
_GETS_IN = re.compile(
    r"\b(?:get|got|log|sign|connect|join|use|type|enter|press|dial|punch|key|it['’]s|it is|komm\w*|geh\w*|meld\w*|tipp\w*|drück\w*|nimm|gib|code|pin)\b",
    re.IGNORECASE,
)
# A phrase of several words is the secret as a whole.
_PHRASE = re.compile(r"(?:phrase|words|seed)$", re.IGNORECASE)
_MORE_WORDS = re.compile(r"(?:[ ,]{1,2}[^\W\d_]+){1,30}(?=\s*(?:[.!?;\n]|$))")
_ASSIGNED = re.compile(
    r"(?P<clause>(?P<thing>\b[A-Za-z][A-Za-z0-9_-]{0,60}?(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PWD|PASS|CREDENTIALS?))\s*[=:]\s*[\"']?(?P<value>[^\s\"']{6,200}))"
)
# What is a key by its looks.
_SHAPES = (
    ("api key", re.compile(r"(?<![\w-])(?:sk|pk|rk)[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{10,200}|(?<!\w)(?:ghp|gho|ghs|github_pat|glpat|xox[abps]|hf|npm|pypi)[-_][A-Za-z0-9_-]{10,200}|(?<!\w)AKIA[0-9A-Z]{16}(?!\w)|(?<!\w)AIza[0-9A-Za-z_-]{30,40}(?!\w)")),
    ("access token", re.compile(r"(?<!\w)eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}")),
    ("private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^\x00]{0,8000}?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)")),
    ("iban", re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")),
    ("social security number", re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")),
    ("national insurance number", re.compile(r"(?<!\w)[A-Z]{2} ?(?:\d{2} ?){3}[A-D](?!\w)")),
)  # fmt: skip
_CARD = re.compile(r"(?<![\d+-])(?:\d[ -]?){12,18}\d(?![\d-])")
# "My password is weak" tells none.
_NO_VALUE = re.compile(
    r"(?:not?|n't|never|always|still|too|very|so|really|a|an|the|my|our|your|in|on|at|for|from|to|of|with|by|also|only|just|that|this|it|what|which|wrong|right|correct|incorrect|weak|strong|long|short|old|new|same|different|expired|"
    r"invalid|missing|required|broken|safe|secure|secret|unknown|empty|hidden|gone|lost|forgotten|stored|saved|written|working|changed|reset|compromised|leaked|hacked|known|printed|blocked|locked|easy|hard|simple|complicated|"
    r"case|below|above|here|there|attached|asked|rejected|accepted|denied|being|going|about|due|up|out|off|ok|okay|fine|good|bad|important|unsafe|insecure|protected|encrypted|exposed|public|private|supposed|needed|back|"
    r"under|behind|next|inside|somewhere|something|nothing|everything|none|null|undefined|mine|yours|hers|his|"
    r"nicht|kein\w*|immer|noch|schon|zu|sehr|ein\w*|der|die|das|den|dem|mein\w*|unser\w*|dein\w*|im|in|auf|bei|unter|hinter|falsch|richtig|schwach|stark|lang|kurz|alt|neu|gleich|abgelaufen|ungültig|weg|verloren|vergessen|gespeichert|"
    r"geändert|gesperrt|sicher|unsicher|geheim|bekannt|unbekannt|leer|einfach|schwer|kompliziert|wichtig|dieselbe|derselbe|dasselbe|so|auch|nur|jetzt|wieder|nie)$",
    re.IGNORECASE,
)
_NEEDS_DIGIT = re.compile(
    r"number|nummer|\bno\b|pin\b|code|iban|\bid\b|ssn|puk|tan\b|cvv|cvc|combination|combo|kombination|geheimzahl|\bcard\b|karte",
    re.IGNORECASE,
)
_MAY_BE_A_WORD = re.compile(r"pass ?word|passwort|kennwort|phrase|\bpw\b", re.IGNORECASE)
# "The guest wifi is called Burrow and its password is ...": whose it is stands before.
_ITS = re.compile(
    r"\b(?:the|my|our|der|die|das|mein\w*|unser\w*)\s+(?P<owner>[\w'-]+(?:\s+[\w'-]+){0,3}?)\s+(?:is|was|has|ist|hat|heißt)\b[^.!?\n]{0,60}?\b(?:its|sein|dessen|ihr)\s+$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|my|our|your|der|die|das|mein\w*|unser\w*)\s+", re.IGNORECASE)


def read_secrets(content: str) -> Sequence[Secret]:
    """Every secret in the message, in order; whoever's words tell it, it is one."""
    found: list[Secret] = []
    text = plain_text(content)
    for secret in _all_secrets(text):
        if not any(
            secret.value_start < other.value_end and other.value_start < secret.value_end
            for other in found
        ):
            found.append(secret)
    return sorted(found, key=lambda secret: secret.start)


def _all_secrets(text: str) -> Iterator[Secret]:
    for pattern in (
        *(_LOGIN, _LOGIN_FOR, _ASSIGNED, _NAMED, _FIRST, _OPENS, _SET_TO, _AS),
        *_ENTERED,
    ):
        for match in pattern.finditer(text):
            value = match["value"].strip("\"'").rstrip(".,;!?)")
            if pattern is _OPENS and not _OPENING.search(match["clause"]):
                continue
            if pattern is _NAMED and not _is_value(match["thing"], value):
                continue
            if pattern in _ENTERED and not _GETS_IN.search(match["clause"]):
                continue
            secret = _secret(match["thing"], value, match, is_by_looks=pattern is _ASSIGNED)
            more = _MORE_WORDS.match(text, secret.value_end)
            if _PHRASE.search(secret.thing) and more is not None:
                secret = replace(
                    secret,
                    value=text[secret.value_start : more.end()],
                    end=max(secret.end, more.end()),
                    value_end=more.end(),
                )
            owner = _ITS.search(text, 0, match.start("clause"))
            if owner is not None:
                thing = f"{owner['owner']} {secret.thing}"[:MAX_THING_CHARACTERS]
                secret = replace(secret, thing=thing, start=owner.start())
            yield secret
    for name, pattern in _SHAPES:
        for match in pattern.finditer(text):
            bounds = match.span()
            yield Secret(name, match[0], *bounds, *bounds, is_by_looks=True)
    for match in _CARD.finditer(text):
        if _is_card(match[0]):
            bounds = match.span()
            yield Secret("card number", match[0], *bounds, *bounds, is_by_looks=True)


def _secret(thing: str, value: str, match: re.Match[str], *, is_by_looks: bool) -> Secret:
    start = match.start("value") + match["value"].index(value)
    name = " ".join(_ARTICLE.sub("", thing).split())[:MAX_THING_CHARACTERS]
    return Secret(
        thing=name.lower() if name.isupper() or name.istitle() else name,
        value=value,
        start=match.start("clause"),
        end=max(match.end("clause"), start + len(value)),
        value_start=start,
        value_end=start + len(value),
        is_by_looks=is_by_looks,
    )


def _is_value(thing: str, value: str) -> bool:
    if len(value) < 2 or _NO_VALUE.match(value):
        return False
    digits = sum(letter.isdigit() for letter in value)
    if re.search(r"(?i)\bcomb", thing) and digits < MIN_COMBINATION_DIGITS:
        return False
    has_digit = digits > 0
    if _NEEDS_DIGIT.search(thing) and not _MAY_BE_A_WORD.search(thing):
        return has_digit
    return has_digit or not value.isalpha() or len(value) >= 4


def _is_card(text: str) -> bool:
    """True when the digits have a card number's checksum (Luhn)."""
    digits = [int(letter) for letter in text if letter.isdigit()]
    if len(digits) not in CARD_DIGITS or digits[0] not in (2, 3, 4, 5, 6):
        return False
    total = sum(
        digit if number % 2 == 0 else (2 * digit - 9 if digit > 4 else 2 * digit)
        for number, digit in enumerate(reversed(digits))
    )
    return total % 10 == 0
