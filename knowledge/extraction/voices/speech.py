"""Finds what somebody else says in the message: between quotation marks, or behind "Tom wrote:"."""

# ruff: noqa: E501  patterns of alternatives

import re

from knowledge.extraction.voices.canvas import Canvas
from knowledge.extraction.voices.parts import Voice
from knowledge.extraction.voices.text import WORD

TITLE_WORDS = 6  # longer things in quotation marks are speech
MAX_TELLER_CHARACTERS = 60

OWN_WORD = re.compile(
    r"\b(?:I|i|I'[a-z]+|i'[a-z]+|im|[Mm]y|me|myself|[Ww]e|we'[a-z]+|our|us|"
    r"[Ii]ch|[Mm]ein[a-z]*|mir|mich|[Ww]ir|uns|[Uu]nser[a-z]*|[Jj]e|[Jj]'[a-zéèê]+|[Mm]on|[Mm]es|[Mm]i|[Yy]o|[Ss]oy|[Ee]stoy|[Tt]engo)\b"
)
_SAY = (
    r"(?:says?|said|saying|tells?|told|telling|writes?|wrote|writing|texts?|texted|texting|messaged?|messages|messaging|"
    r"e-?mail(?:s|ed)|mail(?:s|ed)|sent|posts?|posted|tweet(?:s|ed)|comment(?:s|ed)|answers?|answered|repl(?:y|ies|ied)|asks?|asked|"
    r"goes|went|claims?|claimed|swears?|swore|announce[sd]?|mention(?:s|ed)?|insist(?:s|ed)?|admit(?:s|ted)?|confess(?:es|ed)?|"
    r"explain(?:s|ed)?|shout(?:s|ed)?|yell(?:s|ed)?|whisper(?:s|ed)?|scream(?:s|ed)?|promise[sd]?|complain(?:s|ed)?|state[sd]?|reads?|quotes?|quoted|thinks?|thought|joke[sd]?|"
    r"sagt|sagte|sagten|gesagt|meint|meinte|gemeint|schreibt|schrieb|geschrieben|erzählt|erzählte|behauptet|behauptete|antwortet|antwortete|"
    r"textet|textete|mailte|simste|postete|rief|ruft|erklärt|erklärte|fragt|fragte|verriet|lautet|steht|stand|gestand|jammert|jammerte|"
    r"dit|disait|a dit|écrit|a écrit|dijo|dice|escribió|dijeron|ha detto|dice|scrive|zei|zegt|schreef)"
)
_DETERMINED = (
    r"(?:my|our|his|her|their|the|a|an|this|that|some|one of my|[Mm]eine[rmn]?|[Mm]ein|[Uu]nsere?|[Ss]eine?|[Ii]hre?|[Dd]er|[Dd]ie|[Dd]as|[Dd]em|[Ee]ine?|"
    r"[Mm]on|[Mm]a|[Ll]e|[Ll]a|[Mm]i|[Ee]l|[Mm]io|[Mm]ia)"
)
WHO = rf"(?:{_DETERMINED.replace('my', '[Mm]y', 1).replace('our', '[Oo]ur', 1).replace('the', '[Tt]he', 1)} (?:[\w'-]+ ){{0,2}}?[\w'-]+|{WORD}(?: {WORD})?|[Ss]he|[Hh]e|[Tt]hey|[Ss]omeone|[Ss]omebody|[Ee]r|[Ss]ie|[Jj]emand)"
_QUOTED = re.compile(r'"([^"\n]{2,2000})"')
_QUOTED_LINES = re.compile(r'(?:(?<=\s)|^)"(?=[^\s"])[^"]{2,3000}"(?=[\s.,;:!?)]|$)')
_IS_SPEECH = re.compile(r"\b(?:you|your|du|dein|ihr|sie)\b", re.IGNORECASE)  # no title has these
_SINGLE = re.compile(r"(?<![\w'])'((?=[^\s'])(?:[^'\n]|(?<=\w)'(?=\w)){2,500})'(?!\w)")
_OPEN = re.compile(rf"\b{_SAY}\b[^\"\n]{{0,30}}\"[^\"\n]+$", re.MULTILINE)
_TELLER_BEFORE = re.compile(
    rf"\b(?P<who>{WHO}) (?:[a-z]+ )?(?:{_SAY}|(?:is|was) like)\b[^\".!?\n]{{0,40}}$"
)
_TELLER_BEHIND = re.compile(rf"[\s,]*(?:(?P<who>{WHO}) {_SAY}\b|{_SAY} (?P<late>{WHO}))")

# "My mom texted me: I have cancer", "Quote from my sister - I am ...": until the line ends.
_WHO, _VERB = (pattern.replace(" ", r"\ ") for pattern in (WHO, _SAY))  # for re.VERBOSE
_DIRECT = re.compile(
    rf"""
    (?:(?P<who>{_WHO})\ (?:(?:just|then|also|always|only|once|even|actually|literally|finally|hat|nur|dann|mir|immer)\ )*
        {_VERB}\b(?:\ (?!that\b|dass\b)[^\s:.!?\n"]+){{0,6}}\s?:
      |(?P<like>{_WHO})\ (?:(?:just|then)\ )?(?:goes|went|is\ like|was\ like|was\ all|be\ like|were\ like|are\ like)\s?,\s
        (?=(?:[Ii]\b|[Ii]'|[Mm]y\b|[Ww]e\b|[Ii]ch\b|[Mm]ein))
      |(?P<bare>{_WHO})\ (?:is\ like|was\ like|was\ all|be\ like|were\ like|goes)\s(?=(?:[Ii]\b|[Ii]'|[Mm]y\b|[Ww]e\b))
      |\b(?:[Qq]uote|[Ww]ords|[Mm]essage|[Tt]ext|[Mm]ail|[Ee]mail|[Nn]ote|[Ll]etter|[Vv]oicemail|[Cc]omment|[Pp]ost|[Zz]itat|[Nn]achricht|[Bb]rief|[Ss]prachnachricht)
        \ (?:from|of|by|von|vom|der|meine[rs])\ (?P<from>(?:{_WHO})|[\w'-]+(?:\ [\w'-]+)?)[^:\n.!?-]{{0,30}}\s?(?::|\s[-–—])\s
      |(?P<whose>(?:[Mm]y|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir|[Tt]he)\ [\w'-]+(?:\ [\w'-]+)?|{WORD})'s?\ (?:exact\ |last\ |actual\ |own\ |new\ )?(?:words|message|text|mail|email|reply|answer|post|tweet|status|caption|bio|profile|cv|resume|letter|note|comment|version|motto|story|diary|blog)[^:\n.!?]{{0,20}}:
      |(?<!\w)(?P<pronoun>[Hh]e|[Ss]he|Er|Sie)\s?:\s(?=(?:[Ii]\b|[Ii]'|[Mm]y\b|[Ww]e\b|[Ii]ch\b|[Mm]ein))
      |(?P<here>{_WHO})\ (?:here|speaking)\s?:
    )\s*(?=\S)
    """,
    re.VERBOSE,
)
_SELF = re.compile(r"\b(?:I|ich|we|wir)$", re.IGNORECASE)
# Behind what somebody says, the author speaks again.
RETURNS = re.compile(
    r"(?:(?<=[.!?…])|(?<=\n)|(?<=[.!?…]\")|(?<=[.!?][)\]]))[ \t]*(?=(?:(?:ok(?:ay)?|well|so|but|and|now|aber|und|also)[, ]+)?"
    r"(?:by the way|btw|anyway|anyways|anyhow|in real life|irl|in reality|out of character|ooc|(?:all )?jokes aside|joking aside|"
    r"seriously(?: now| though)?,|back to reality|on another note|unrelated|that aside|for real(?: now)?,|end of (?:story|game|quote)|apart from that|"
    r"as for me|me, |personally|i myself|what i (?:actually|really)|übrigens|im echten leben|in echt|in wirklichkeit|im ernst|spaß beiseite|scherz beiseite|zurück zur realität|"
    r"ende des spiels|jedenfalls|davon abgesehen|abgesehen davon|was mich (?:betrifft|angeht)|ich selbst|ich persönlich)\b)",
    re.IGNORECASE,
)
# Or comments on it: only the author calls the teller "she", and is at a loss.
_COMMENTS = re.compile(
    r"(?<=[.!?…])[ \t]+(?=(?:so|and so|but|then|well|now) (?:i|we|my)\b|(?:he|she|they|er|sie) (?:is|was|are|has|hat|ist|will|'s|lives?|works?)\b|"
    r"i (?:don't know|do not know|was (?:so )?(?:shocked|sad|happy|surprised)|told (?:him|her|them)|replied|answered|said|asked|laughed|wonder|have no idea|had no idea)\b|"
    r"what (?:should|do|can|would) i\b|how (?:should|do|can|would) i\b|should i\b|can you\b|could you\b|what do you think|"
    r"ich (?:weiß nicht|war|hab(?:e)? (?:ihm|ihr|geantwortet|gesagt))\b|was soll ich|wie soll ich|puh\b|wow\b|ugh\b|crazy\b|krass\b)",
    re.IGNORECASE,
)


def claim_quoted(canvas: Canvas) -> None:
    """Speech between marks is its teller's; a title in marks stays where it stands."""
    for pattern in (_QUOTED, _QUOTED_LINES, _SINGLE):
        for match in list(pattern.finditer(canvas.text)):
            said = match[0][1:-1]
            teller = _teller_beside(canvas.original, match.start(), match.end())
            is_title = len(said.split()) <= TITLE_WORDS and not OWN_WORD.search(said)
            if is_title and (teller is None or not _IS_SPEECH.search(said)):
                continue
            canvas.claim(match.start() + 1, match.end() - 1, Voice.OTHER, teller)
    for match in list(_OPEN.finditer(canvas.text)):
        canvas.claim(canvas.text.index('"', match.start()) + 1, match.end(), Voice.OTHER)


def claim_direct_speech(canvas: Canvas) -> None:
    """What stands behind "Tom wrote:" is Tom's, until the line ends or the author speaks again."""
    for match in list(_DIRECT.finditer(canvas.text)):
        if canvas.is_claimed(match.end()) or canvas.text[match.end()] in "\"'":
            continue
        groups = ("who", "like", "bare", "from", "whose", "pronoun", "here")
        teller = next((match[group] for group in groups if match[group]), None)
        if teller is None or _SELF.search(teller):
            continue
        canvas.claim(match.end(), speech_end(canvas.text, match.end()), Voice.OTHER, _clean(teller))


def speech_end(text: str, start: int) -> int:
    """Where unmarked speech that begins there ends."""
    newline = text.find("\n", start)
    while newline != -1 and not text[start:newline].strip():  # "Tom wrote:" on a line of its own
        newline = text.find("\n", newline + 1)
    end = len(text) if newline == -1 else newline
    for pattern in (RETURNS, _COMMENTS):
        if found := pattern.search(text, start + 1, end):
            end = found.start()
    return end


def _teller_beside(text: str, start: int, end: int) -> str | None:
    """Who says the quoted words: "Tom said" before them, or behind."""
    if match := _TELLER_BEFORE.search(text, max(0, start - 120), start):
        return None if _SELF.search(match["who"]) else _clean(match["who"])
    if match := _TELLER_BEHIND.match(text, end, min(len(text), end + 120)):
        teller = match["who"] or match["late"]
        return None if _SELF.search(teller) else _clean(teller)
    return None


def _clean(teller: str) -> str:
    return " ".join(teller.split())[:MAX_TELLER_CHARACTERS]
