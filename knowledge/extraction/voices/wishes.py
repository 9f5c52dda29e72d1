"""Finds what the user explicitly wants of the memory and of answers: to remember, to forget, always.

"Remember that ..." keeps its words; "forget that ..." only proposes; a standing wish says how to
answer from now on. A wish for one answer ("briefly this time", "translate this") is none of them.
"""

# ruff: noqa: E501  patterns of alternatives

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge.extraction.voices.clauses import GRAMMARS
from knowledge.extraction.voices.parts import MASK, Voice, VoicedSentence
from knowledge.extraction.voices.sentences import read_sentences
from knowledge.extraction.voices.text import UPPER

MAX_TOPIC_WORDS = 3


class WishKind(StrEnum):
    """What is wished for."""

    REMEMBER = "remember"
    FORGET = "forget"
    STANDING = "standing"


@dataclass(frozen=True)
class Wish:
    """A wish and its words; positions are characters of the message."""

    kind: WishKind
    start: int  # of the words: behind "remember that", for the others the wish itself
    end: int
    text: str  # what is to be remembered or forgotten; a standing wish as it was said
    topic: str = ""  # of a standing wish: call_me, language, unit_style, answer_style:<what>
    value: str = ""


_I = re.IGNORECASE

# -- remember, forget
_REMEMBER_BEHIND = re.compile(
    r"[\s,;.–-]*(?:\(?(?:and |so |but |also )?(?:please |pls |can you |could you )?(?:remember|note|save|store|memori[sz]e|keep|don't forget|don't let me forget|make a note of|write down|bear in mind|keep in mind)\s*(?:that|this|it|these|them|down)?(?: in mind)?(?: for (?:me|later|next time|the future))?(?:,? (?:please|pls|ok|okay|will you|for me|would you))?\)?"
    r"|\(?(?:und |bitte |kannst du (?:dir )?)*(?:merk(?:e)? dir das|merk(?:e)? dir(?:'s| es)?|das (?:bitte )?merken|bitte merken|nicht vergessen|vergiss das nicht|notier(?:e)? (?:dir )?das|behalt das im kopf|denk(?:e)? (?:dran|daran)|lass mich das nicht vergessen)(?: bitte| für mich)?\)?)[\s.!)]*$",
    _I,
)
_ONLY_BEHIND = re.compile(
    r"^[\s,;.–-]*(?:and |so |please |bitte |und |ok[, ]+)*(?:remember|note|save|store|memori[sz]e|don't forget|keep|merk|das bitte merken|bitte merken|nicht vergessen|vergiss das nicht|notier|denk)",
    _I,
)
_POLITE = re.compile(r"\W*(?:(?:please|pls|bitte|ok|okay|it|this|that|for me|das)\W*)*", _I)
_SUBORDINATES = re.compile(r"\bdass\s*$", _I)
_FORGET = re.compile(
    r"^\W*(?:(?:please|pls|and|also|can you|could you|ok|no|actually|bitte|und|auch|nein|kannst du)[, ]+)*(?:"
    r"(?:forget|erase|delete|remove|unlearn|wipe|drop|clear)\s+(?:(?:from (?:your|the) memory )?(?:the (?:fact|thing|part|bit) )?(?:that|about|what i (?:said|told you|wrote|mentioned)(?: (?:before|earlier|yesterday))? (?:about|on|regarding)|everything (?:about|on|regarding|i (?:said|told you) about|you know about)|all (?:about|you know about))\s+)?(?P<what>(?:i\b|my\b|our\b|we\b|the\b|that\b|he\b|she\b|it\b|what\b|everything\b|\S).*?)(?:\s+from (?:your|the) memory)?"
    r"|(?:vergiss|lösch(?:e)?|entfern(?:e)?)(?:\s+bitte)?,?\s+(?:(?:dass|was ich (?:über|zu|von)|alles (?:über|von|zu)|das mit|was du über)\s+)?(?P<was>\S.*?)(?:\s+(?:gesagt habe|erzählt habe|weißt|aus deinem gedächtnis))?"
    r")[\s.!]*$",
    _I,
)
_FORGET_NOTHING = re.compile(
    r"^(?:it|about it|this|that one|everything else|me|es|das|mich|nicht\b.*|the (?:line|word|row|column|file|comma|space|paragraph|sentence|bullet|last (?:line|word))\b.*|(?:line|word|row|column|file|duplicates?|spaces?)\b.*|to\b.*|how\b.*|it all|him|her|nie\b.*|zu\b.*)$",
    _I,
)

# -- once only
_ONCE = re.compile(
    r"\b(?:(?:to|for|of|about|in) (?:this|that|the following|the above)\b|this time|for once|just (?:this )?once|once|this one|in this (?:answer|reply|case|chat|message|text|mail|email)|for this\b|for now|right now|today|tonight|now\b(?! on)|here\b|(?:translate|convert|rewrite|rephrase|put|change|turn|format|make|shorten|summari[sz]e|explain|give|write|keep) (?:me )?(?:this|that|it|these|the (?:text|table|list|mail|email|letter|poem|story|recipe|following|above))\b|"
    r"the following|below|next (?:answer|reply|message)|diesmal|dieses mal|ausnahmsweise|nur (?:jetzt|heute|hier|einmal)|heute|gerade|jetzt\b|hier\b|in diese[rm]|für diese[ns]?|(?:übersetz|wandle|rechne|formulier|schreib|kürz|fass)e? (?:mir )?(?:das|dies|diesen|den text|es)\b)",
    _I,
)
_ALWAYS = re.compile(
    r"\b(?:always|from now on|in (?:the )?future|going forward|from here on|henceforth|never(?! mind)|ever\b|every time|whenever|each time|in general|generally|by default|permanently|as a rule|any ?more|again\b|all (?:your )?(?:answers|replies|responses)|when(?:ever)? i (?:ask|write|say|send|paste|want|post|share|talk|use|mention|request)|"
    r"immer|ab jetzt|ab sofort|von nun an|künftig|zukünftig|in zukunft|nie(?:mals)?(?: wieder)?|grundsätzlich|generell|jedes mal|standardmäßig|dauerhaft|nicht mehr|(?:immer )?wenn ich (?:frage|schreibe|dich|nach|um|etwas|was|code))\b",
    _I,
)

# -- how to be called, and addressed
_CALL_ME = re.compile(
    rf"(?:^|[.,;!?\s])(?:(?:please|just|you (?:can|may|should)|everyone (?:calls|can call)|people|friends|always|from now on|but|and|so)[, ]+)*(?P<verb>call me|address me as|refer to me as|i (?:go by|prefer (?:to be called|being called|the name)|like to be called|want to be called|would like to be called)|i'd (?:like|prefer) to be called|(?:friends|everyone|everybody|people|my friends) (?:just |simply |usually |all )?(?:calls? me|says?)|nenn(?:e|t)? mich|du (?:kannst|darfst) mich|ich (?:möchte|will|würde gern(?:e)?))\s+(?:just |simply |einfach |bitte |lieber |nur |ab jetzt |gern(?:e)? )*(?P<name>(?-i:[{UPPER}])[\w'’.-]*(?:\s+(?-i:[{UPPER}])[\w'’.-]*){{0,2}}|[\w'’-]+(?=\s*(?:[.!,;]|$|\bfrom now on|\bplease|\bbitte|\binstead|\bgenannt|\bnennen)))(?:\s+(?:genannt werden|nennen))?",
    _I,
)
_GERMAN_NAME_VERB = re.compile(r"^(?:du|ich)\b", _I)
_DO_NOT = re.compile(r"\b(?:don't|do not|never|stop|nicht)\s*$", _I)
_NO_NAME = re.compile(
    r"^(?:back|later|tomorrow|today|tonight|when|whenever|at|on|if|a|an|the|crazy|maybe|soon|asap|now|then|old-fashioned|old|stupid|weird|paranoid|naive|lazy|picky|after|before|in|any\w*|sometime|again|please|up|out|by|for|with|from|whatever|what|names?|that|this|it|so|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|morgen|heute|später|zurück|an|nicht|bitte|verrückt|wenn|bald|wieder|irgendwann|i|me|her|him)$",
    _I,
)
_ADDRESS = re.compile(
    r"\b(?:duz(?:e|en)? (?:sie )?mich|mich (?:bitte |ruhig |gern(?:e)? )*duzen|(?:bitte |ruhig |gern(?:e)? )*duzen|sag(?:e)? (?:bitte |ruhig )?du(?: zu mir)?|du (?:statt|anstatt|anstelle von) sie|per du|lass uns (?:beim )?(?:du|duzen)|wir können uns duzen)\b|\b(?P<formal>siez(?:e|en)? (?:sie )?mich|mich (?:bitte )?siezen|(?:bitte )?siezen|sag(?:en)? (?:bitte )?sie zu mir|per sie|bleiben wir beim sie)\b|\buse (?:the )?(?:informal|formal|polite)(?: (?:you|address|form|tone|pronouns?))?\b|\b(?:tutoie|vouvoie)[sz]?[- ]moi\b",
    _I,
)

# -- language
_LANGUAGES = "english|german|french|spanish|italian|dutch|portuguese|polish|turkish|russian|ukrainian|arabic|hebrew|hindi|japanese|chinese|mandarin|korean|swedish|norwegian|danish|finnish|greek|czech|hungarian|romanian|british english|american english|swiss german|plain english|simple english|deutsch|englisch|französisch|spanisch|italienisch|niederländisch|polnisch|türkisch|russisch|ukrainisch|arabisch|portugiesisch|schwedisch|plattdeutsch|schweizerdeutsch|leichte[rm]? sprache|einfache[rm]? (?:sprache|deutsch)"
_LANGUAGE = re.compile(
    rf"\b(?:(?:answer|reply|respond|speak|talk|write|chat|communicate|continue)(?: to me| with me| me)?(?: only| always| back| please)*(?: in)?|(?:use|in|switch to|stick to)|(?:antworte|antwort|sprich|red|rede|schreib|schreibe|kommunizier|kommuniziere|bleib)(?: mir| mit mir)?(?: bitte| immer| nur| stets)*(?: auf| in)?|auf|in)\s+(?P<language>{_LANGUAGES})\b|\b(?P<direct>{_LANGUAGES}),? (?:please|only|bitte)\b",
    _I,
)
_ANSWERING = re.compile(
    r"\b(?:answer|reply|respond|speak|talk|write|chat|communicate|use|switch|stick|antwort|antworte|sprich|rede?|schreibe?|kommuniziere?|bleib|please|only|bitte|always|immer)\b",
    _I,
)

# -- units
_UNITS = re.compile(
    r"\b(?:(?P<metric>metric|metrisch\w*|celsius|kilomet(?:er|re)s|kilometer\w?|centimet(?:er|re)s|kilograms?|kilos?|si units)|(?P<imperial>imperial|fahrenheit|miles|us units|us customary|feet and inches|pounds)|(?P<clock>24[- ]?(?:h|hour|stunden)(?:[- ]?(?:clock|format|time))?|12[- ]?hour(?:[- ]?(?:clock|format|time))?|am/pm)|(?P<date>iso dates?|dd[./-]mm[./-]yyyy|yyyy-mm-dd|(?:day|month) first)|(?P<money>(?:in )?(?:euros?|dollars?|pounds sterling|swiss francs|chf|eur|usd|gbp)))\b",
    _I,
)
_UNIT_WISH = re.compile(
    r"\b(?:use|using|only|always|prefer|please|give|stick to|units?|in|want|with|system|nutze?|verwende?|immer|nur|bitte|lieber|einheiten|angaben|gib|rechne|mag)\b",
    _I,
)

# -- form and tone of answers
_FORM = (
    ("emoji", r"emojis?|emoticons?|smileys?"),
    ("lists", r"bullet[- ]?(?:points?|lists?)|bullets|(?:long |numbered )?lists?|listicles?|aufzählungen|aufzählung|aufzählungszeichen|listen|stichpunkte?n?|spiegelstriche|bulletpoints?"),
    ("markdown", r"markdown|headings?|headers|bold(?: text)?|formatting|überschriften|fettdruck|formatierung(?:en)?"),
    ("tables", r"tables?|tabellen?"),
    ("code", r"code(?: (?:only|blocks?|comments?))?|explanations? of code|only (?:the )?code"),
    ("disclaimers", r"disclaimers?|warnings|caveats|haftungsausschl\w+|warnhinweise|belehrungen"),
    ("small_talk", r"small ?talk|fluff|filler|flattery|compliments|praise|pleasantries|apolog(?:ies|y|i[sz]ing)|preamble|floskeln|füllwörter|schmeicheleien|höflichkeitsfloskeln|entschuldigungen|follow-?up questions|rückfragen|jokes|puns|witze|sarcasm|sarkasmus"),
    ("jargon", r"jargon|technical terms|fachbegriffe|fachjargon|fremdwörter|anglizismen|acronyms|abkürzungen|slang|gendern|swearing|swear words"),
    ("length", r"(?:short|brief|concise|terse|long|longer|shorter|detailed|in-depth|thorough|one-line|one-sentence|two-sentence|succinct|crisp|compact) (?:answers|replies|responses|sentences|explanations|paragraphs)|(?:answers?|replies|responses?|sentences|explanations?|paragraphs?|messages)(?: (?:as|very|really|to be|nice and|always|more))* (?:short|brief|concise|terse|long|detailed|crisp|to the point|under \w+ \w+|below \w+ \w+)|(?:answer|reply|respond)(?: (?:me|to me|more|always|very|as))* (?:briefly|concisely|shortly|succinctly|tersely|in (?:one|two|three|a few|short|full|complete|simple) (?:sentences?|words|paragraphs?)|in detail|at length|with (?:one|a single) (?:word|sentence))|(?:be|keep it|stay)(?: (?:more|very|always|nice and|a bit|as))* (?:brief|concise|short|succinct|to the point|terse)|(?:kurze?|knappe?|lange|ausführliche|längere|kürzere) (?:antworten|sätze|erklärungen)|(?:antworte?|antworten|schreib(?:e)?)(?: (?:mir|bitte|immer|mal|stets|möglichst|sehr|so|etwas|nur|ganz))* (?:kurz|knapp|ausführlich|kürzer|länger|knapper|ausführlicher|in (?:kurzen|ganzen|einfachen|wenigen|ein|zwei|einem) (?:sätzen|worten|satz)|detailliert|stichpunktartig)|fass(?:e)? dich(?: bitte| immer)* (?:kurz|kürzer)|halt(?:e)? (?:dich|es|deine antworten)(?: bitte| immer)* (?:kurz|knapp)|max(?:imum|imal)? \w+ (?:sentences?|words|lines|sätze|wörter|zeilen)|no (?:more|longer) than \w+ (?:sentences?|words|lines)"),
    ("tone", r"(?:be|stay|sound)(?: (?:more|very|always|a bit|less|really|as|with me))* (?:direct|blunt|honest|formal|informal|casual|polite|funny|serious|critical|friendly|gentle|kind|strict|frank|professional|sarcastic|encouraging)|(?:formal|informal|casual|friendly|serious|professional|direct|blunt) (?:tone|style|language)|(?:sei|bleib)(?: (?:bitte|immer|mal|etwas|weniger|ehrlich und))* (?:direkt|ehrlich|höflich|locker|förmlich|sachlich|kritisch|freundlich|lustig|streng|direkter|lockerer)"),
    ("simplicity", r"(?:simple|plain|easy) (?:words|language|english|terms|sentences)|(?:einfache[nr]?|leichte[rn]?) (?:sätze[n]?|worte[n]?|sprache|wörter)|like (?:i'm|i am|i was|a|an|to an?) (?:an? )?(?:five|5|child|kid|beginner|novice|layperson|expert|pro|professional|adult)\b|explain every(?:thing| term| step)?|step by step|schritt für schritt|wie (?:einem|einer|für) (?:kind|anfänger|laien|anfängerin|experten)"),
    ("sources", r"sources?|citations?|references|links|quellen(?:angaben)?|belege|zitate"),
    ("examples", r"examples?|beispiele?n?|analog(?:y|ies)|metaphors?|metaphern"),
)  # fmt: skip
_FORMS = tuple((name, re.compile(rf"\b(?:{pattern})\b", _I)) for name, pattern in _FORM)
_NO = re.compile(
    r"\b(?:no|without|don't|do not|never|stop|avoid|skip|drop|hate|dislike|can't stand|leave out|kein\w*|ohne|nie\w*|nicht|verzicht\w*|lass|vermeid\w*|hasse|spar dir)\b",
    _I,
)
_ALLOWED = re.compile(
    r"\b(?:(?:is|are|'s|'re) (?:fine|ok|okay|allowed|welcome|good|back)|(?:you )?(?:can|may) use|again|sind (?:ok|okay|erlaubt|wieder)|darfst|wieder)\b",
    _I,
)
_DIRECTS = re.compile(
    r"^\W*(?:(?:please|pls|and|but|also|ok|so|oh|well|hey|bitte|und|aber|auch|also|für mich|for me|in general|kindly|just)[, ]+)*(?:keep|use|using|be|stay|give|avoid|skip|drop|leave out|stop|don't|do not|never|always|no\b|without|write|answer|reply|respond|explain|treat|talk|speak|format|make|include|add|put|start|end|begin|only|stick|prefer|address|assume|suggest|recommend|mention|ask|tell|show|cite|limit|max\w*|sound|from now on|in future|in the future|going forward|when(?:ever)?\b|"
    r"i (?:prefer|like|want|hate|dislike|can't stand|love|need|don't (?:like|want|need)|would (?:like|prefer))|i'd (?:like|prefer|rather)|(?:short|brief|concise|long|detailed|plain|simple|formal|metric|imperial|celsius)\b|"
    r"kein\w*|ohne|nie\w*|immer|antworte?n?|schreibe?|fass\w*|halte?|sei|bleib|nutze?|verwende?|benutze?|gib|verzicht\w*|vermeide?|lass|spar|erkläre?|behandle?|ab jetzt|ab sofort|künftig|in zukunft|von nun an|grundsätzlich|generell|wenn ich|nenn\w*|sprich|rede?|kurze?|knappe?|ausführliche|metrisch|empfiehl|schlag|frag|sag|zeig|"
    r"ich (?:mag|hasse|will|möchte|bevorzuge|brauche|hätte gern(?:e)?)|(?:emojis?|lists?|tables?|bullet\w*|listen|tabellen|aufzählungen)\b)",
    _I,
)
# Where a second wish begins that says all of itself; what follows "when ..." holds only then.
_NEXT_WISH = re.compile(
    r"(?:,|;)?\s+(?:and|but|und|aber)\s+(?=(?:please |bitte )?(?:always|never|don't|do not|use|keep|answer|reply|write|avoid|skip|immer|nie|nutze?|verwende?|benutze?|antworte?n?|schreibe?|halte?)\b)",
    _I,
)
_ON_CONDITION = re.compile(
    r"\b(?:when|whenever|if|unless|for|about|during|wenn|falls|bei|für)\b", _I
)
_TREAT = re.compile(
    r"^\W*(?:please |bitte )?(?:treat me|talk to me|speak to me|behandle mich|behandel mich|red(?:e)? mit mir|sprich mit mir)\s+(?:like|as|wie|als)\b",
    _I,
)
# What the user does from now on is no order: "from now on I report to Ann".
_OWN_DOING = (
    r",? (?:(?:i|we)(?:'ll|'m| am| will)? (?!want|prefer|would|need|expect|like)|\w+ (?:ich|wir)\b)"
)
_ORDER_TO_ME = re.compile(
    rf"^\W*(?:(?:please|also|and|but|ok|so|bitte|und|aber|auch)[, ]+)*(?:never|always|don't ever|do not ever|from now on(?!{_OWN_DOING})|whenever i|when i (?:ask|write|say|send|paste|want|post|share|talk|use|mention|request|need|tell)|in future|in the future|going forward|nie|niemals|immer|(?:ab jetzt|ab sofort|künftig|in zukunft|von nun an)(?!{_OWN_DOING})|(?:immer )?wenn ich (?:frage|schreibe|dich|nach|um|etwas|was|code|dir))\b"
    r"|^\W*(?:please |bitte )?(?:don't|do not|stop)\s+(?:recommend|suggest|mention|ask|offer|show|use|call|bring|remind|talk|start|end|give|say|tell)\w*\b.*\b(?:to me|ever|again|any ?more|with me)\b",
    _I,
)
_OWN_HABIT = re.compile(
    r"\b(?:never|always|nie|niemals|immer)\s+(?:been|had|was|were|got|have|gone|knew|thought|liked|loved|wanted|happens?|mind|again|a dull|[a-z]+ed)\b|\b(?:i|we|he|she|they|it|ich|wir|er|sie)(?:'ve|'m|'s)?\s+(?:never|always|nie|niemals|immer)\b|^\W*(?:always|never)\s+(?:a|an|the|so|too|my|in|on|at)\b",
    _I,
)
_SLUG = re.compile(r"[^\W_]{3,}")
_FIRST_CLAUSE = re.compile(r"(?:\S+\s+){3,}?\S+(?=,|\s[-–]\s|;|$)")
_STOP_WORDS = frozenset(
    [
        "please",
        "always",
        "never",
        "from",
        "now",
        "future",
        "going",
        "forward",
        "when",
        "whenever",
        "the",
        "and",
        "for",
        "you",
        "your",
        "with",
        "that",
        "this",
        "only",
        "but",
        "also",
        "just",
        "not",
        "don't",
        "use",
        "give",
        "make",
        "ask",
        "answer",
        "tell",
        "suggest",
        "recommend",
        "mention",
        "anything",
        "something",
        "me",
        "bitte",
        "immer",
        "nie",
        "niemals",
        "mir",
        "mich",
        "dir",
        "ich",
        "wenn",
        "nicht",
        "keine",
        "kein",
        "und",
        "oder",
        "den",
        "die",
        "das",
        "ein",
        "eine",
        "ab",
        "jetzt",
        "sofort",
        "künftig",
        "zukunft",
    ]
)


def read_wishes(content: str, sentences: Sequence[VoicedSentence] | None = None) -> Sequence[Wish]:
    """Every explicit wish of the author of the message, in order."""
    own = [
        sentence
        for sentence in (read_sentences(content) if sentences is None else sentences)
        if sentence.voice is Voice.OWN and sentence.language in GRAMMARS
    ]
    found: list[Wish] = []
    for number, sentence in enumerate(own):
        wish = _remember(own, number, content) or _forget(sentence, content)
        if wish is not None:
            found.append(wish)
        else:
            found += _standing(sentence, content)
    return found


def _remember(own: Sequence[VoicedSentence], number: int, content: str) -> Wish | None:
    """What the sentence asks to remember: its rest, what stands before it, or its paragraph."""
    sentence = own[number]
    text = sentence.text
    prefix = GRAMMARS[sentence.language].explicit.match(text)
    is_only_asking = prefix and _POLITE.fullmatch(text, prefix.end())
    if prefix and not is_only_asking and not text.rstrip().endswith("?"):
        start, end = sentence.start + prefix.end(), sentence.end
        if _SUBORDINATES.search(prefix[0]):  # "dass ich dienstags nie kann" is no sentence alone
            start = sentence.start
        if ":" in prefix[0]:  # all that follows in the paragraph
            blank = content.find("\n\n", start)
            end = blank if blank != -1 else own[-1].end
        return _kept(content, start, max(end, sentence.end))
    behind = _REMEMBER_BEHIND.search(text)
    if behind is None:
        return None
    if behind.start() > 0 and any(letter.isalnum() for letter in text[: behind.start()]):
        return _kept(content, sentence.start, sentence.start + behind.start())
    if number > 0 and _ONLY_BEHIND.match(text):  # "I moved to Ulm. Remember that please."
        return _kept(content, own[number - 1].start, own[number - 1].end)
    return None


def _kept(content: str, start: int, end: int) -> Wish | None:
    text = " ".join(content[start:end].split())
    if not any(letter.isalnum() for letter in text):
        return None
    return Wish(WishKind.REMEMBER, start, end, text)


def _forget(sentence: VoicedSentence, content: str) -> Wish | None:
    match = _FORGET.match(sentence.text)
    if match is None or MASK in sentence.text:
        return None
    group = "what" if match["what"] else "was"
    what = match[group].strip(" ,.!")
    if not what or _FORGET_NOTHING.match(what):
        return None
    return Wish(WishKind.FORGET, sentence.start, sentence.end, what)


def _standing(sentence: VoicedSentence, content: str) -> Iterator[Wish]:
    """The standing wishes of a sentence: how to be called, and how to be answered from now on."""
    text = sentence.text
    called = False
    for match in _CALL_ME.finditer(text):
        if (name := _called(match)) and not _DO_NOT.search(text[: match.start("verb")]):
            called = True
            yield _wish(sentence, content, match.start("verb"), match.end(), "call_me", name)
    if called or text.rstrip().endswith("?"):
        return
    is_always = _ALWAYS.search(text) is not None and not _OWN_HABIT.search(text)
    if _ONCE.search(text) and not is_always:
        return
    if address := _ADDRESS.search(text):
        value = "formal" if address["formal"] or "formal" in address[0].split() else "informal"
        yield _wish(sentence, content, 0, len(text), "answer_style:address", value)
    if not (_DIRECTS.match(text) or is_always or address):
        if allowed := _ALLOWED.search(text):
            for name, pattern in _FORMS:
                if (form := pattern.search(text)) and form.start() < allowed.end():
                    yield _wish(sentence, content, 0, len(text), f"answer_style:{name}", "allowed")
        return
    yield from _of_form(sentence, content, is_always=is_always, addressed=address is not None)


def _wish_around(text: str, at: int) -> tuple[int, int]:
    """The part of the sentence that is a wish of its own: "keep it brief and never use lists"."""
    start, end = 0, len(text)
    if _ON_CONDITION.search(text):
        return start, end
    for joint in _NEXT_WISH.finditer(text):
        if joint.end() <= at:
            start = joint.end()
        else:
            return start, joint.start()
    return start, end


def _of_form(
    sentence: VoicedSentence, content: str, *, is_always: bool, addressed: bool
) -> Iterator[Wish]:
    text = sentence.text
    found = addressed
    end = len(text)
    if (language := _LANGUAGE.search(text)) and _ANSWERING.search(text):
        value = " ".join((language["language"] or language["direct"]).lower().split())
        found = True
        yield _wish(sentence, content, 0, end, "language", value)
    if (unit := _UNITS.search(text)) and _UNIT_WISH.search(text) and not _is_own_habit(text):
        kind = unit.lastgroup or ""
        part = _wish_around(text, unit.start())
        topic = "unit_style" if kind in ("metric", "imperial") else f"unit_style:{kind}"
        value = kind if kind in ("metric", "imperial") else unit[0].lower()
        found = True
        yield _wish(sentence, content, *part, topic, value)
    is_about_answers = is_always or not _is_own_habit(text)
    for name, pattern in _FORMS:
        form = pattern.search(text)
        if form is None or not is_about_answers or not _is_wish_for(name, text, form, is_always):
            continue
        found = True
        value = "allowed" if _ALLOWED.search(text) else form[0].lower()
        if value != "allowed" and _NO.search(text[: form.start()]):
            value = f"no {value}"
        part = _wish_around(text, form.start())
        yield _wish(sentence, content, *part, f"answer_style:{name}", value)
    is_order = _ORDER_TO_ME.match(text) is not None
    if not found and (_TREAT.match(text) or (is_order and not _OWN_HABIT.search(text))):
        wish = _FIRST_CLAUSE.match(text)
        wished = wish[0] if wish else text
        words = [word for word in _SLUG.findall(wished.lower()) if word not in _STOP_WORDS]
        if words:
            slug = "_".join(words[:MAX_TOPIC_WORDS])
            yield _wish(
                sentence, content, 0, end, f"answer_style:{slug}", wished.strip(" .!").lower()
            )


# What a person may also like in books and meetings: to be about answers, the sentence says more.
_AMBIGUOUS = frozenset({"lists", "tables", "code", "sources", "examples", "jargon", "small_talk"})
_OF_ANSWERS = re.compile(
    r"^\W*(?:(?:please|pls|and|but|also|ok|bitte|und|aber|auch|for me|für mich)[, ]+)*(?:no|without|don't|do not|never|stop|avoid|skip|keep|use|only|always|with|include|add|cite|give|kein\w*|ohne|nie|immer|nutze?|verwende?|benutze?|verzicht\w*|vermeide?|lass|spar|gib|nur|from now|ab jetzt|when|whenever|wenn)\b|\b(?:answers?|repl(?:y|ies)|responses?|antwort\w*|please|bitte|bullet\w*|aufzähl\w*)\b", _I
)  # fmt: skip


def _is_wish_for(name: str, text: str, form: re.Match[str], is_always: bool) -> bool:
    if name not in _AMBIGUOUS:
        return True
    if not _OF_ANSWERS.search(text):
        return False
    # "Give me a list of towns" wants one list, "no lists" none ever.
    return is_always or _NO.search(text[: form.end()]) is not None or "please" in text.lower()


def _is_own_habit(text: str) -> bool:
    """True when the sentence tells what the author does, not what they want done."""
    return _OWN_HABIT.search(text) is not None


def _called(match: re.Match[str]) -> str | None:
    name = match["name"].strip(" .,'’-")
    if not name or _NO_NAME.match(name.split()[0]):
        return None
    if _GERMAN_NAME_VERB.match(match["verb"]) and not re.search(
        r"(?:genannt werden|nennen)$", match[0].strip(), _I
    ):
        return None
    return name


def _wish(  # noqa: PLR0917  the same five everywhere
    sentence: VoicedSentence, content: str, start: int, end: int, topic: str, value: str
) -> Wish:
    begin, stop = sentence.start + start, sentence.start + end
    text = " ".join(content[begin:stop].split()).strip(" ,;")
    text = text[:1].upper() + text[1:] if start else text
    return Wish(WishKind.STANDING, begin, stop, text, topic, value)
