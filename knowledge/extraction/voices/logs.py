"""Finds chats and mails of others: exported logs, transcripts, forwarded and quoted mail, letters."""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator
from itertools import pairwise

from knowledge.extraction.voices.canvas import Canvas, Turn
from knowledge.extraction.voices.parts import Voice
from knowledge.extraction.voices.text import UPPER, WORD
from knowledge.extraction.words import word_list

_TIME = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?"
_DATE = r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}\.? [A-Za-zä]{3,9}\.?(?: \d{4})?|[A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?)"
_WHEN = rf"(?:\[[^\]\n]{{4,30}}\]|{_DATE},? (?:um |at )?{_TIME}|{_TIME}(?: Uhr)?)"
# WhatsApp, Telegram, Signal, IRC: a time, then a name.
_TIMED = re.compile(
    rf"\s*{_WHEN}\s*(?:[-–|]\s*)?(?:<(?P<nick>[^<>\n]{{1,30}})>|(?P<who>[^:<>\n]{{1,40}}):)[ \t]"
)
_NICK = re.compile(r"\s*<(?P<who>[@+~]?[\w-]{1,30})>\s+\S")
# Slack, Discord, Teams: a name and a time on a line of their own.
_HEADED = re.compile(
    rf"(?P<who>{WORD}(?: {WORD}){{0,2}})\s*(?:[—–-]|  +|\s\[)\s*(?:(?:Today|Yesterday|Heute|Gestern) (?:at|um) )?(?:{_DATE},? )?{_TIME}\]?\s*$"
)
_ROLE = re.compile(
    r"\s*(?:\*\*|#+ ?)?(?:user|assistant|human|ai|bot|chatbot|chatgpt|claude|gpt|system|model|customer|agent|support|"
    r"interviewer|interviewee|candidate|patient|client|therapist|doctor|nurse|host|guest|student|teacher|speaker \d|"
    r"person [ab12]|you|me|nutzer|nutzerin|assistent|kunde|kundin|mitarbeiter|ich|du|q|a|frage|antwort|arzt|patientin)(?:\*\*)? ?:(?:\*\*)?(?=\s|$)",
    re.IGNORECASE,
)
# "Plumber: Ravi Menon, 0151 223 3445" is a line of an address book.
_NO_CONTACT = rf"(?!(?:Dr|Mr|Mrs|Ms|Prof)?\.? ?{WORD}(?: {WORD}){{0,2}}[,;:–( -]+(?:tel\.? |phone )?\+?[\d(][\d ()/-]{{5,}})"
_LABEL = re.compile(
    rf"(?:\*\*)?(?P<who>{WORD}(?: {WORD}){{0,2}})(?:\*\*)?:(?:\*\*)? +(?=\S){_NO_CONTACT}"
)
_NO_SPEAKERS = word_list("not_speakers") | word_list("not_names")
_OWN_WORD = re.compile(r"\b(?:I|I'[a-z]+|[Mm]y|me|[Ii]ch|[Mm]ein[a-z]*|[Ww]e|our|[Ww]ir)\b")

_FORWARDED = re.compile(
    r"^[ \t>*]*(?:-{2,} ?(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Weitergeleitete Nachricht|"
    r"Message d'origine|Message transféré|Mensaje original|Mensaje reenviado|Messaggio originale|Messaggio inoltrato|"
    r"Oorspronkelijk bericht|Mensagem original)|Begin forwarded message|Anfang der weitergeleiteten|Début du message|"
    r"(?:On|Am|Le|El|Il|Op|Em) [^\n]{5,90}(?:wrote|schrieb[^\n:]*|a écrit|escribió|ha scritto|schreef[^\n:]*|escreveu) ?:|BEGIN [A-Z ]+$)",
    re.MULTILINE | re.IGNORECASE,
)
_HEAD = re.compile(
    r"^[ \t>*]*(?:From|Von|De|Da|Van|To|An|À|Para|Aan|Cc|Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Assunto|Date|Sent|Datum|"
    r"Gesendet|Envoyé|Fecha|Enviado|Inviato|Verzonden|Reply-To|Return-Path|Received|Message-ID) ?:\*{0,2} [^\n]+$",
    re.MULTILINE,
)
_SALUTATION = re.compile(
    rf"^[ \t]*(?P<formal>Dear|Sehr geehrte\w*|Liebe[rs]?|Cher|Chère|Estimad[oa]|Querid[oa]|Gentile|Caro|Cara|Beste)?(?(formal)| *(?:Hi|Hello|Hey|Hallo|Moin|Salut|Hola|Ciao|Guten Tag)) (?:[{UPPER}][^\n,!]{{0,40}}|Sir[^\n,]{{0,20}}|all)[,!:]? *$",
    re.MULTILINE,
)
_CLOSING = re.compile(
    r"^[ \t]*(?:(?:kind|best|warm|many|with best|with kind) (?:regards|wishes)|regards|best|cheers|sincerely|yours(?: \w+)?|love|xoxo|thanks|"
    r"(?:with )?many thanks|all the best|take care|mit (?:freundlichen|besten|lieben|herzlichen) grüßen|(?:viele|liebe|beste|herzliche|schöne) grüße|mfg|lg|vg|gruß|"
    r"cordialement|bien à vous|bises|saludos|un abrazo|atentamente|cordiali saluti|un saluto|groetjes?)[^\n]{0,20}$",
    re.MULTILINE | re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"^-- ?$|^[ \t]*(?:Sent from my|Gesendet von|Von meinem .* gesendet|Envoyé de mon|Enviado desde)\b",
    re.MULTILINE | re.IGNORECASE,
)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


def claim_mail(canvas: Canvas) -> None:
    """Mails are their senders'; a letter to somebody is not said to the assistant."""
    starts = [match.start() for match in _FORWARDED.finditer(canvas.text)]
    heads = list(_HEAD.finditer(canvas.text))
    for first, second in pairwise(heads):
        if canvas.text.count("\n", first.start(), second.start()) <= 2:
            starts.append(first.start())
            break
    for head in heads:
        salutation = _SALUTATION.search(canvas.text, head.end())
        if salutation and salutation.start() - head.end() < 200:
            starts.append(head.start())
    if starts:
        canvas.claim(min(starts), len(canvas.text), Voice.PASTED)
    if salutation := _SALUTATION.search(canvas.text):
        closing = _CLOSING.search(canvas.text, salutation.end())
        if salutation["formal"] or closing:
            end = len(canvas.text)
            if closing and (blank := _BLANK_LINE.search(canvas.text, closing.end())):
                end = blank.start()
            canvas.claim(salutation.start(), end, Voice.PASTED)
    if signature := _SIGNATURE.search(canvas.text):
        canvas.claim(signature.start(), len(canvas.text), Voice.PASTED)


def claim_chats(canvas: Canvas) -> None:
    """Every turn of a chat log is whoever's it is labelled."""
    canvas.turns = find_turns(canvas)
    for turn in canvas.turns:
        voice = Voice.OTHER if turn.who else Voice.PASTED
        canvas.claim(turn.start, turn.said_from, Voice.PASTED)
        canvas.claim(turn.said_from, turn.end, voice, turn.who)


def find_turns(canvas: Canvas) -> list[Turn]:
    """The turns of a chat in the message, in order."""
    text = canvas.text
    for find, least in ((_timed, 1), (_nicked, 2), (_headed, 1), (_roles, 2), (_labelled, 1)):
        labels = list(find(canvas))
        if len(labels) >= least:
            break
    else:
        return []
    turns = []
    for number, (start, said_from, who) in enumerate(labels):
        if number + 1 < len(labels):
            end = labels[number + 1][0]
        elif find is _labelled and len(labels) == 1 and start == 0:
            end = len(text)
        else:
            blank = _BLANK_LINE.search(text, said_from)
            end = blank.start() if blank else len(text)
        turns.append(Turn(start, said_from, end, who))
    return turns


Label = tuple[int, int, str | None]  # where it begins, where it ends, whose


def _timed(canvas: Canvas) -> Iterator[Label]:
    for start, end in canvas.lines():
        if match := _TIMED.match(canvas.text, start, end):
            yield start, match.end(), (match["nick"] or match["who"]).strip()


def _nicked(canvas: Canvas) -> Iterator[Label]:
    for start, end in canvas.lines():
        if match := _NICK.match(canvas.text, start, end):
            yield start, match.end() - 1, match["who"].lstrip("@+~")


def _headed(canvas: Canvas) -> Iterator[Label]:
    for start, end in canvas.lines():
        if match := _HEADED.match(canvas.text, start, end):
            yield start, match.end(), match["who"]


def _roles(canvas: Canvas) -> Iterator[Label]:
    for start, end in canvas.lines():
        if match := _ROLE.match(canvas.text, start, end):
            yield start, match.end(), None


def _labelled(canvas: Canvas) -> Iterator[Label]:
    """Lines that begin with a name: all when the message does, or several; one that says "I"."""
    labels = []
    for start, end in canvas.lines():
        match = _LABEL.match(canvas.text, start, end)
        if match and not any(word.lower() in _NO_SPEAKERS for word in match["who"].split()):
            labels.append((start, match.end(), match["who"], end))
    says_i = [_OWN_WORD.search(canvas.text, label[1], label[3]) is not None for label in labels]
    if not labels:
        return
    if labels[0][0] == 0 or any(says_i):
        for start, said_from, who, _ in labels:
            yield start, said_from, who
