"""Finds texts that the message hands over to be worked on, and stories, games and roles."""

# ruff: noqa: E501  patterns of alternatives

import re

from knowledge.extraction.voices.canvas import Canvas
from knowledge.extraction.voices.parts import Voice
from knowledge.extraction.voices.speech import RETURNS
from knowledge.extraction.words import phrase_list

PASTED_CHARACTERS = 3_000  # a longer message with hardly an "I" in it was pasted
OWN_WORD_EVERY = 300  # characters: rarer is hardly
MIN_CV_HEADS = 2

_OWN_WORD = re.compile(r"\b(?:I|I'[a-z]+|[Mm]y|me|ich|mein[a-z]*|[Ww]e|our)\b")
_WORK_ON = (
    r"(?:translate|translation of|summari[sz]e|summary of|sum up|tl;?dr(?! ?:)|proof-?read|(?:fix|check|correct) (?:the |my |this |these |its )?(?:typos|grammar|spelling|wording|punctuation|style|english|german|deutsch|text|sentence)|re-?write|re-?phrase|re-?word|paraphrase|shorten|condense|polish|correct|edit|improve|"
    r"simplify|critique|spell-?check|grammar|analy[sz]e|classify|sentiment of|annotate|parse|extract|reformulate|transcribe|make (?:this|it) (?:shorter|longer|better|sound)|"
    r"what do you (?:think|make) of|thoughts on|feedback on|your opinion on|is (?:this|the following) (?:correct|right|ok|good)|does (?:this|it) (?:sound|read|make sense)|how does (?:this|it) (?:sound|read)|"
    r"reply to|respond to|answer (?:this|the following)|comment on|continue|finish|complete|"
    r"übersetze?n?|fass(?:e)?|zusammenfassen|zusammenfassung|korrigiere?n?|korrektur|verbessere?|kürze?n?|umformulieren|formuliere?|überarbeite?n?|lies|schreib(?:e)? (?:das|dies|diesen|folgende[ns]?) um|"
    r"was hältst du von|was sagst du zu|wie findest du|klingt (?:das|dieser)|ist (?:das|dieser satz|folgendes) (?:richtig|korrekt)|antworte auf)"
)
_DOCUMENT = (
    r"(?:article|text|e-?mail|mail|paragraph|passage|essay|letter|cover letter|story|poem|transcript|document|page|website|web site|blog(?: post)?|post|tweet|thread|"
    r"review|comment|song|lyrics?|verse|quote|quotation|saying|recipe|cv|résumé|resume|bio|biography|profile|ad|advert|advertisement|listing|job (?:ad|posting|description)|"
    r"sentence|phrase|sample|example|template|caption|speech|script|dialogue|excerpt|chapter|conversation|chat|log|message|testimonial|abstract|statement|questionnaire|survey|form|"
    r"artikel|nachricht|brief|anschreiben|absatz|aufsatz|geschichte|gedicht|dokument|seite|webseite|beitrag|bewertung|kommentar|lied(?:text)?|songtext|zitat|spruch|rezept|lebenslauf|"
    r"profil|anzeige|stellenanzeige|satz|beispiel|vorlage|rede|auszug|kapitel|gespräch|protokoll|interview|wikipedia|reddit|newsletter|obituary|diary|tagebuch)"
)
_INTRODUCES = re.compile(
    rf"(?:^|(?<=[.!?\n])|(?<=[.!?] ))(?P<head>[^\n:.!?]{{0,160}}\b(?:{_WORK_ON}|{_DOCUMENT}s?)\b[^\n:.!?]{{0,120}}[.!?]?):\s*(?=\S)",
    re.IGNORECASE,
)
_INTRODUCES_LINE = re.compile(
    rf"^(?P<head>[^\n]{{0,120}}\b{_WORK_ON}\b[^\n]{{0,40}}\b(?:this|these|that|the following|below|it|following|das|dies(?:en?|es)?|folgende[ns]?|den text|my (?:text|mail|e-?mail|essay|letter|cover letter|cv|bio|poem|story|abstract|speech|post))\b[^\n]{{0,80}})\n+(?=\S)",
    re.IGNORECASE | re.MULTILINE,
)
_SOURCE_LINE = re.compile(
    r"^[ \t]*(?:(?:from|source|via|quelle|aus|von|found|taken|copied|seen|gefunden|kopiert)\b[^\n]{0,80})?https?://\S+[^\n]{0,60}?:[ \t]*\n",
    re.IGNORECASE | re.MULTILINE,
)
# "Is this poem good? I am the sea": on the same line.
_ASKS_ABOUT = re.compile(
    rf"^[ \t]*(?:is|are|does|do|how|what|rate|would|can|could|ist|sind|wie|was|kannst)\b[^\n?]{{0,60}}\b(?:this|the following|diese[rsmn]?|dies|folgende[rsn]?)\s+(?:\w+\s+)?{_DOCUMENT}\b[^\n?]{{0,60}}\?[ \t]+(?=\S)",
    re.IGNORECASE,
)
_NO_INTRODUCTION = re.compile(
    r"\b(?:my (?:story|situation|example) is [^:]*|note to self|please note|about (?:me|myself)|über mich|my (?:profile|story|bio|example)(?: is)?|fun fact)\s*$|https?$",
    re.IGNORECASE,
)
# What stands before it is the text: "... Translate that to German."
_WORKS_ON_BEFORE = re.compile(
    r"(?:^|(?<=[.!?\n\"'>)])|(?<=[.!?\n] ))[ \t]*(?:(?:please|pls|now|can you|could you|would you|bitte|kannst du|könntest du|und|and|ok|okay|jetzt)[, ]+)*(?:"
    r"(?:translate|summari[sz]e|proof-?read|re-?write|re-?phrase|re-?word|paraphrase|shorten|polish|center|centre|tl;?dr|spell-?check)\b[^.!?\n]{0,30}\b(?:this|that|it|these|the above|above|the (?:text|sentence|paragraph|mail|email))\b|"
    r"(?:tl;?dr|summari[sz]e|translate|proof-?read)(?: please| pls)?[.!?]?\s*$|(?:translate|put|say) (?:this |that |it )?(?:to|into|in) (?:english|german|french|spanish|italian|dutch|portuguese|polish|japanese|chinese)\b|"
    r"(?:correct|fix|check|improve|edit) (?:my |the |this |its )?(?:grammar|spelling|english|german|deutsch|sentence|wording|style|typos|punctuation|text)\b|"
    r"is (?:this|that) (?:sentence |text )?(?:correct|right|grammatical|good english)|does (?:this|that) sound (?:right|ok|okay|natural|good)|"
    r"how (?:do|would|can) (?:i|you|we) (?:say|write|phrase|put) (?:this|that|it)|"
    r"(?:übersetz|korrigier|kürz|fass|formulier|überarbeit)e? (?:mir )?(?:das|dies|diesen|den|es|bitte)\b|(?:bitte )?(?:übersetzen|korrigieren|umformulieren|zusammenfassen|gegenlesen)[.!?]?\s*$|wie (?:sagt|schreibt) man das\b|(?:das|dies|den text|den satz) (?:bitte )?(?:übersetzen|korrigieren|umformulieren|zusammenfassen|kürzen)|"
    r"ist (?:das|der satz) (?:so )?(?:richtig|korrekt))",
    re.IGNORECASE | re.MULTILINE,
)

_WORLDS = "|".join(
    re.escape(world) for world in sorted(phrase_list("fictional_worlds"), key=lambda one: -len(one))
)
_WORK = r"(?:story|stories|novel|novella|book|script|screenplay|game|campaign|comic|manga|fan-?fic(?:tion)?|play|rpg|film|movie|scene|fairy\ ?tale|tale|role-?play|playthrough|save|backstory|fiction|world|universe|musical|opera|series|saga|short\ story|d&d|dnd|larp)"
_WORK_DE = r"(?:geschichte|roman|buch|spiel|kampagne|drehbuch|comic|manga|fanfiction|rollenspiel|film|szene|märchen|erzählung|kurzgeschichte|theaterstück|hörspiel|welt|krimi|fantasyroman)"
_NOT_A_WORK = r"(?!\ (?:club|group|room|class|shop|store|night|shelf|shelves|collection|library|studies|course|course|studio|school|school|festival|crew))"
_FICTION = re.compile(
    rf"""
      \b(?:let's|lets|let\ us|shall\ we|wanna|want\ to|can\ we|could\ we)\ (?:all\ )?(?:play|pretend|role-?play|imagine|make\ believe|act\ out|assume|say\ (?:that\ )?(?:i|we|my|you)\b|do\ (?:a|an|some)\ (?:role|improv))
    | \b(?:pretend|make\ believe|role-?play|role-?playing|act\ as|act\ like|you\ are\ now|you're\ now|from\ now\ on\ you\ are|play\ the\ (?:role|part)\ of|be\ my\ (?:opponent|dungeon\ master|game\ master)|you\ play|i\ play\ (?:the\ role|a|an)\b(?=[^.]*\b(?:wizard|knight|elf|orc|character|king|queen|pirate|detective)))
    | \bin\ (?:my|our|this|the|a|an|that|his|her)\ (?:[\w'-]+\ ){{0,2}}{_WORK}\b{_NOT_A_WORK}(?=\ (?:i|i'm|i've|i'd|my|we|the\ (?:hero|protagonist|narrator|main)|there\ is|a\ |you)\b|,|\ called|\ about|\ where|\ in\ which)
    | \bin\ (?:my|our)\ (?:[\w'-]+\ ){{0,1}}(?:story|novel|novella|script|screenplay|campaign|comic|manga|fan-?fic(?:tion)?|rpg|fairy\ ?tale|role-?play|playthrough|short\ story|d&d)\b{_NOT_A_WORK}
    | \bin\ (?:{_WORLDS})\b(?=,?\ (?:i|i'm|i've|my|we|you|bin|habe|ich|mein)\b)
    | \b(?:my|our|the|this)\ (?:[\w'&-]+\ ){{0,2}}(?:character|protagonist|main\ character|narrator|avatar|sim|toon|npc|villain|antagonist|alter\ ego|player\ character|paladin|rogue|bard|warlock|druid|sorcerer)\b(?:'s|\ is|\ has|\ lives|\ works|\ was|\ says|\ comes|\ loves|,|:|\ named|\ called|\ in)
    | \byou(?:'re|\ are)\ (?:the|a|an|my)\ [\w\ '-]{{2,30}},\ (?:and\ )?(?:i\ am|i'm)\b
    | \b(?:novel|story|book|script|game|campaign|film|movie|play|series)'s\ (?:hero|heroine|villain|narrator|protagonist|main\ character)\b
    | \bthe\ (?:hero|heroine|villain|narrator|protagonist|main\ character)\ (?:of|in)\ (?:my|our|the|this)\b
    | ^[ \t]*(?:chapter|kapitel|act|akt|scene|szene|prologue|prolog)\ (?:\d+|one|two|eins|zwei|[ivx]+)\b
    | \b(?:story|screenplay|novel|plot|book|film|movie|game|character|roman|buch|geschichten)[ -]?(?:idea|concept|pitch|draft|prompt|idee|entwurf)\ ?[-:–]
    | \b(?:here's|here\ is|hier\ ist)\ (?:the|my|a|die|mein|meine)\ (?:plot|premise|storyline|handlung)\b
    | \bin\ (?:meinem|einem|dem)\ (?:[\w-]+\ )?(?:traum|albtraum)\b
    | \b(?:backstory|fan-?fiction|fanfic|short\ story|opening\ line\ of|first\ line\ of\ my|once\ upon\ a\ time|it\ was\ a\ dark\ and\ stormy|character\ sheet|in\ character\b|cosplay(?:ing)?\ as|dress(?:ed|ing)?\ up\ as|larp)
    | \b(?:write|tell|compose|draft|make\ up|invent|continue|finish|give|generate|create|need|want)\b[^.!?\n]{{0,50}}\b(?:story|tale|novel|scene|screenplay|script|fan-?fic(?:tion)?|chapter|fairy\ ?tale|dialogue|monologue|backstory|plot|skit|sketch|bedtime\ story|adventure|legend|myth|fable|thriller)\b
    | \b(?:write|draft|compose|make|create|need)\b[^.!?\n]{{0,60}}\b(?:on\ behalf\ of|in\ the\ name\ of|from\ the\ (?:perspective|point\ of\ view|view)\ of|as\ if\ (?:i|you|it)|in\ the\ (?:voice|style)\ of|for\ (?:my|a|an|our)\ (?:[\w-]+\ )?(?:friend|neighbou?r|colleague|cousin|mother|mom|mum|father|dad|sister|brother|aunt|uncle|grandma|grandmother|grandpa|client|customer|boss|wife|husband|son|daughter|roommate|classmate)\b[^.!?\n]{{0,40}}\b(?:to\ (?:her|his|their|the|a)|who|about|in\ which|saying|:))
    | \b(?:i|we)\ (?:had\ (?:a|this|the\ weirdest|a\ weird|the\ strangest)\ (?:[\w-]+\ )?(?:dream|nightmare)|dream(?:ed|t)|was\ dreaming)\b
    | \bin\ (?:my|the|a|this|last\ night's)\ (?:[\w-]+\ )?(?:dream|dreams|nightmare)\b | \bin\ (?:another|a\ past|a\ previous|a\ different|an\ alternate|an\ alternative|a\ parallel|my\ next)\ (?:life|universe|world|timeline|reality)\b
    | ^[ \t]*(?:suppose|supposing|imagine|assume|assuming|hypothetically|picture\ this|let's\ assume|say\ i|what\ if|for\ the\ sake\ of\ argument)\b
    | \bas\ an?\ (?:ai|ai\ language\ model|language\ model|chatbot|virtual\ assistant)\b|\bspielen\ wir\b
    | \b(?:as\ a\ (?:level|lvl)\ \d+|as\ (?:gandalf|dracula|sherlock|batman|hamlet))\b
    | \btu\ (?:mal\ )?so,?\ als\b|\b(?:tun\ wir|lass\ uns)\ (?:mal\ )?so(?:\ tun)?,?\ als\b|\bstell(?:t|en\ wir\ uns)?\ (?:dir|euch)?\ ?(?:mal\ |bitte\ )?vor\b|\b(?:lass|lasst)\ uns\ (?:ein|mal|was|etwas|eine)?\ ?(?:[\w-]+\ )?(?:spiel|rollenspiel|spielen|so\ tun|annehmen|szene)
    | \bspiele?\ (?:mal\ |bitte\ |jetzt\ )?(?:einen|eine|ein|die\ rolle|den|meinen|meine|mir)\b|\b(?:du\ bist|sei)\ (?:jetzt|nun|ab\ jetzt|ab\ sofort|mal)\b|\brollenspiel\b|\b(?:ich|wir)\ (?:spiele|spielen)\ (?:die\ rolle|einen\ (?:zauberer|ritter|könig|elf|ork|magier))
    | \bin\ (?:meinem|meiner|unserem|unserer|der|dem|einer|einem)\ (?:[\w-]+\ )?{_WORK_DE}\b(?!club|regal)|\bim\ (?:spiel|roman|traum|märchen|rollenspiel|film|comic)\ (?:bin|habe|heiße|wohne|lebe|arbeite|ist|hat)\b|\b(?:ich\ habe|ich\ hab|hab(?:e)?)\ (?:[\w\ ]{{0,20}})geträumt\b|\bich\ träumte\b|\bin\ einem\ (?:anderen|früheren)\ leben\b
    | \b(?:mein|meine|unser|unsere|der|die)\ (?:[\w-]+\ )?(?:charakter|figur|hauptfigur|protagonist|protagonistin|romanfigur|romanheld|romanheldin|spielfigur|avatar|sim|held|heldin|ich-erzähler|erzähler)\ (?:ist|hat|lebt|wohnt|heißt|arbeitet|kommt|war|liebt)\b
    | (?<!ich\ )(?<!wir\ )\b(?:schreib|erzähl|erfinde?|verfasse?|dichte)(?:e)?\b[^.!?\n]{{0,50}}\b(?:geschichte|märchen|roman|szene|drehbuch|dialog|monolog|kapitel|kurzgeschichte|fabel|sketch|krimi|abenteuer|fanfiction)\b|\bes\ war\ einmal\b|^[ \t]*(?:angenommen|nehmen\ wir\ an|gesetzt\ den\ fall|mal\ angenommen|hypothetisch)\b|\bals\ ob\ ich\b
    | \bschreib(?:e)?\b[^.!?\n]{{0,60}}\b(?:aus\ (?:der\ )?sicht|im\ namen|für\ (?:meinen|meine|eine|einen)\ (?:[\w-]+\ )?(?:freund|freundin|nachbar|nachbarin|kollegen?|kollegin|mutter|vater|oma|opa|schwester|bruder|tante|onkel|kunden|kundin|chef|chefin)\b[^.!?\n]{{0,40}}\b(?:an|die|der|über|in\ dem|in\ der))
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_SENTENCE_START = re.compile(r"[.!?…\n][\"')\]]*\s+|\n+")
_CV_HEAD = re.compile(
    r"^[ \t#*]*(?:work experience|professional experience|experience|employment(?: history)?|education|skills|core skills|languages|certifications?|references|publications|summary|objective|profile|"
    r"personal (?:details|data|information)|contact|curriculum vitae|cv|résumé|resume|interests|awards|projects|volunteering|"
    r"berufserfahrung|beruflicher werdegang|ausbildung|studium|kenntnisse|sprachkenntnisse|sprachen|persönliche daten|lebenslauf|schulbildung|weiterbildung|zertifikate|hobbys|praktika|referenzen|edv-kenntnisse)[ \t*]*:?(?:[ \t][^\n]{0,200})?$",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED_LINE = re.compile(r"^[ \t]*>[^\n]*$", re.MULTILINE)
_TABLE_LINE = re.compile(r"^[ \t]*\|[^\n]*\|[ \t]*$|^[^\n\t]+(?:\t[^\n\t]+){2,}$", re.MULTILINE)
_CSV_LINE = re.compile(r"^[^\n,;]{1,60}(?:[,;][^\n,;]{0,60}){2,}$")


def claim_quoted_lines(canvas: Canvas) -> None:
    """Quoted lines are somebody's, tables nobody's."""
    canvas.claim_all(_QUOTED_LINE, Voice.OTHER)
    canvas.claim_all(_TABLE_LINE, Voice.PASTED)
    run: list[tuple[int, int, int]] = []
    for start, end in [*canvas.lines(), (len(canvas.text), len(canvas.text))]:
        line = canvas.text[start:end]
        cells = max(line.count(","), line.count(";")) if _CSV_LINE.match(line) else 0
        is_row = cells and ", " not in line and "; " not in line
        if is_row and (not run or run[-1][2] == cells):
            run.append((start, end, cells))
            continue
        if len(run) >= 2:
            for row in run:
                canvas.claim(row[0], row[1], Voice.PASTED)
        run = [(start, end, cells)] if is_row else []


def claim_texts(canvas: Canvas) -> None:
    """What the message hands over to be translated, summarised or judged is not said by it."""
    end = len(canvas.text)
    for pattern in (_SOURCE_LINE, _INTRODUCES, _INTRODUCES_LINE, _ASKS_ABOUT):
        for match in pattern.finditer(canvas.text):
            head = match[0].rstrip(": \n")
            if not _NO_INTRODUCTION.search(head) and not canvas.is_claimed(match.end() - 1):
                canvas.claim(match.end(), end, Voice.PASTED)
                break
    for match in _WORKS_ON_BEFORE.finditer(canvas.text):
        if canvas.text[: match.start()].strip():
            canvas.claim(0, match.start(), Voice.PASTED)
            break
    if len(_CV_HEAD.findall(canvas.text)) >= MIN_CV_HEADS and (
        head_match := _CV_HEAD.search(canvas.text)
    ):
        canvas.claim(head_match.start(), end, Voice.PASTED)
    own_words = len(_OWN_WORD.findall(canvas.text))
    if len(canvas.text) > PASTED_CHARACTERS and own_words * OWN_WORD_EVERY < len(canvas.text):
        canvas.claim(0, end, Voice.PASTED)


def claim_fiction(canvas: Canvas) -> None:
    """A story or a role lasts until the author says that they are themselves again."""
    position = 0
    while opener := _FICTION.search(canvas.text, position):
        start = _sentence_start(canvas.text, opener.start())
        back = RETURNS.search(canvas.text, opener.end())
        position = back.start() if back else len(canvas.text)
        canvas.claim(start, position, Voice.FICTION)
        position = max(position, opener.end())


def _sentence_start(text: str, position: int) -> int:
    """Where the sentence that has this character begins."""
    start = 0
    for stop in _SENTENCE_START.finditer(text, 0, position):
        start = stop.end()
    return start
