"""How German clauses tell what they mean."""

# ruff: noqa: E501  patterns of alternatives

import re

from knowledge.extraction.voices.grammar import Grammar
from knowledge.extraction.voices.parts import Mode
from knowledge.extraction.voices.text import WORD
from knowledge.extraction.words import word_list

_I = re.IGNORECASE

_FILLER = (
    r"(?:(?:und|aber|denn|doch|sondern|oder|also|ja|nein|nee|ok|okay|ach|oh|hey|hi|hallo|na|nun|naja|tja|übrigens|eigentlich|ehrlich gesagt|jedenfalls|tatsächlich|"
    r"außerdem|leider|zum glück|heute|gestern|jetzt|mittlerweile|inzwischen|aktuell|derzeit|seit kurzem|weil|da|obwohl|während|deshalb|deswegen|daher|trotzdem|nur|auch|noch|schon|wie gesagt|"
    r"(?:gute|schlechte|tolle|traurige) nachricht(?:en)?|zur info|fyi|btw|haha|lol|hm+|äh+|und zwar|ach ja|apropos|sonst|dann|danke|bitte)\b[,!: ]*\s*)*"
)
_DETERMINER = r"(?:mein|meine|meinem|meiner|meinen|unser|unsere|unserem|unserer|sein|seine|ihr|ihre|dein|deine|der|die|das|den|dem|ein|eine|einer|diese|dieser|dieses|jede|jeder|viele|manche|alle|einige|die meisten)"
_THIRD = rf"(?:{_DETERMINER}\s+(?:[\w'-]+\s+){{0,3}}?[\w'-]+|(?-i:{WORD})(?:\s+(?-i:{WORD}))?|er|sie|es|man|jemand|niemand|alle|viele|manche|leute|jeder|du|mama|papa|oma|opa)"
_SAYS = (
    r"(?:(?:schreibt|schrieb|schreiben|erzählt|erzählte|erzählten|denkt|dachte|denken|findet|fand|finden|erklärt|erklärte|jammert)(?=(?: (?:mir|uns|gerade|auch|immer|nur|heute|gestern|dazu|noch|überall|ständig|allen|jedem|oft|neulich|herum))*\s*(?:$|[,:\x22\ue000]))|sagt|sagte|sagten|sagen|meint|meinte|meinten|meinen|behauptet|behauptete|behaupten|glaubt|glaubte|glauben|"
    r"erklärt|fragt|fragte|verriet|verrät|gesteht|gestand|verspricht|versprach|berichtet|berichtete|schwört|schwor|vermutet|vermutete|erwähnt|erwähnte|rät|riet|empfiehlt|empfahl|warnt|warnte|"
    r"antwortet|antwortete|beschwert sich|scherzt|witzelt|prophezeit|(?:steht|stand)(?! (?:in|im|auf|am|vor|vorm|hinter|neben|bei|beim|unter)\b)|nennt mich|hält mich für|halten mich für|hielt mich für)"
)
_HAS_SAID = r"(?:hat|haben|hatte|hatten)\s+(?:(?:mir|uns|ihm|ihr|ihnen|allen|gestern|heute|neulich|mal|letztens|gerade|auch|schon|immer)\s+){0,4}(?:gesagt|gemeint|geschrieben|erzählt|behauptet|erklärt|gefragt|verraten|gestanden|versprochen|berichtet|geschworen|erwähnt|geraten|empfohlen|gewarnt|geantwortet)"
_SELF = r"(?:ich|wir|mein|meine|meinen|meinem|meiner|meines|unser|unsere|unserem|unserer|unseren|mir|mich|uns)\b"
_LED = r"(?:(?!(?:ich|wir|wenn|falls|mein\w*)\b)[^\s,;:]+\s+){0,5}?"

_SUBJECT = re.compile(
    rf"{_FILLER}(?:(?:ich|wir)\b|(?:am|im|um|ab|zum|beim|in|nach)\s+[\w.]+\s+(?:ist|sind|war|waren|findet|kommt|fährt|geht|hat|haben|habe|bin|heißt)\b|(?:mein|meine|unser|unsere)\s+\w+|(?:er|sie|es|das|man|du|ihr|die|der|dies|niemand|alle)\s+\w+|"
    rf"(?-i:{WORD})\s+(?:ist|war|hat|hatte|heißt|wohnt|lebt|arbeitet|kommt|wird|kann|mag|\w+t)\b|(?:\w+\s+){{1,4}}?(?:ich|wir)\b|(?:bin|habe|hab|wohne|arbeite|lebe|heiße|komme|war|hatte|mag|fahre|gehe|haben|sind)\b|(?:{_DETERMINER})\s+(?:[\w-]+\s+){{1,3}}(?:ist|war|hat|hatte|wird|kann|sind|waren|haben)\b)",
    _I,
)
_CONDITION = r"wenn|falls|sofern|es sei denn|vorausgesetzt|ob|angenommen"
_LINK = r"und|aber|denn|weil|obwohl|während|sondern|doch|oder|also|deshalb|deswegen|daher|darum|trotzdem|sodass|damit|da"
_CUT = re.compile(
    rf"\s*(?:;|\s[-–—]{{1,2}}\s|—|\.{{2,}}|…|[()]|:(?=\s)|,(?=[\s\ue000]))\s*(?:(?:{_LINK}|{_CONDITION}|dass|übrigens|jedenfalls)\b,?\s*)*"
    rf"|\s+(?:{_LINK})\s+(?=(?:(?:jetzt|dann|heute|auch|nun|inzwischen)\s+)?(?:ich|wir|mein|meine|unser|unsere|er|sie|es|das|du|kannst|könntest|bitte|was|wie|wo|wann|bin|habe|hab|wohne|arbeite|lebe|war|hatte|mag)\b)"
    rf"|\s+(?:und\s+)?(?:{_CONDITION})\s+(?=(?:ich|wir|du|er|sie|es|man|mein|meine|das|die|der)\b)",
    _I,
)
_PREFACE = re.compile(
    rf"{_FILLER}(?:ich (?:sollte|muss|möchte|wollte) (?:noch |dazu |auch |dir )*(?:sagen|erwähnen|erzählen|hinzufügen|gestehen)|du (?:solltest|musst) wissen|(?:bitte )?(?:bedenke|beachte|beachten|berücksichtige)), (?:dass )?(?=(?:ich|wir|mein|meine|unser|unsere)\b)",
    _I,
)
_QUESTION = re.compile(
    rf"{_FILLER}(?:(?:wer|was|wo|wann|warum|wieso|weshalb|wie|welche[rsnm]?|wessen|wem|wen|wohin|woher|wofür|womit)\s+(?!(?:ich|wir|mein|meine)\b)(?:ist|sind|war|kann|soll|sollte|könnte|hat|haben|habe|macht|mache|heißt|wird|muss|geht|gehe|kostet|koche|lange|viel|viele|oft|weit|alt|gut|schnell|würde|würdest|kannst|soll|denkst|hältst|meinst|findest|bedeutet|schreibt|sagt|man|für|passiert|gibt|brauche|\w+(?:st|t)\s+(?:du|ich|man|es|ihr|sie|er)|\w+e\s+ich)\b"
    r"|(?:kannst|könntest|hast|bist|weißt|willst|würdest|magst|kennst|glaubst|meinst|darf|soll|kann|muss|habe|bin|ist|sind|gibt|war|hat|haben|wird|sollte|könnte)\s+(?:du|ich|es|das|man|wir|er|sie|mein|meine|der|die|mir)\b(?=.*\?)"
    r"|(?:kannst|könntest|würdest|willst) du\b|(?:ich (?:frage mich|weiß nicht|wüsste gern|überlege|bin (?:mir )?(?:nicht sicher|unsicher))|keine ahnung|weißt du|sag mir|mal sehen|unklar)\s*,?\s*(?:ob|wer|was|wo|wann|warum|wie)\b|(?:irgendwelche|hast du) (?:ideen|tipps|vorschläge)\b)",
    _I,
)
_DENIED = re.compile(
    rf"{_FILLER}(?:(?:{_THIRD})\s+(?:(?:immer|oft|alle|noch|wohl|fälschlich|irrtümlich)\s+)*(?:denken|denkt|dachte|dachten|glauben|glaubt|glaubte|glaubten|meinen|vermuten|vermutet|nehmen an|nimmt an|gehen davon aus|geht davon aus|gingen davon aus|halten mich|hält mich|hielten mich|hielt mich|verwechseln mich|verwechselt mich|schätzen mich|schätzt mich|unterstellen mir|unterstellt mir|bilden sich ein)\b(?=\s*,?\s*(?:dass\s+)?(?:immer\s+|alle\s+|oft\s+)*(?:ich|wir|mein|für|ja|wohl|fälschlich|mit|auf|sei)\b|\s+für|[^,]*,\s*(?:dass\s+)?(?:ich|wir|mein))"
    r"|(?:es |das )?(?:stimmt|ist)\s+(?:gar |überhaupt |einfach |doch )?(?:nicht|nie)(?:\s+(?:wahr|so|der fall|richtig))?\s*,?\s*dass\b|(?:es ist |das ist )?(?:falsch|gelogen|unwahr|ein gerücht|ein irrtum|quatsch|unsinn)\s*,?\s*dass\b|nicht,? dass\b"
    r"|(?:ich|wir)\s+(?:habe|hab|haben)\s+(?:doch |ja |auch )?(?:nie|niemals|nicht)\s+(?:\w+\s+)?(?:gesagt|behauptet|gemeint|geschrieben|erzählt)\b|(?:ich|wir)\s+(?:behaupte|sage|sag|meine|glaube|denke|will)\s+(?:ja |doch |damit )?nicht\b(?:\s+(?:sagen|behaupten))?|(?:ich|wir)\s+(?:bezweifle|bezweifeln|bestreite)\b"
    r"|(?:ich|wir)\s+(?:dachte|dachten|glaubte|nahm an|war überzeugt)\b|(?:ich|wir)\s+(?:wäre|hätte|wären|hätten)\s+(?:\w+\s+)?(?:fast|beinahe)\b|(?:fast|beinahe)\s+(?:wäre|hätte)\b|das gerücht\b|seit wann\b|entgegen\b|von wegen\b|angeblich (?:bin|habe|wohne|arbeite|soll) ich|(?:ich|wir)\s+(?:tat|tue|tu|tun) so\b|als ob\b|(?:denk|glaub|sag|behaupte)e?\s+(?:bloß |ja |bitte )?nicht\b)",
    _I,
)
_TOLD = re.compile(
    rf"{_FILLER}(?:{_LED}(?P<who>{_THIRD})\s+(?:(?:mir|uns|ihm|immer|auch|oft|ja|gestern|heute|neulich|nur|noch|mal|letztens|gerade|doch)\s+)*(?:{_SAYS}|{_HAS_SAID})\b(?:\s+(?:mir|uns|ihm|ihr|ihnen|nur|auch|gestern|heute|immer|mal|ja|noch|gerade|neulich|eben|letztens|dazu))*\s*"
    rf"|{_LED}(?:laut|gemäß|zufolge|nach aussage von)\s+(?P<source>(?:{_DETERMINER}\s+)?[\w'-]+)"
    r"|(?:gestern|heute|neulich|letztens|dann|da|gerade|eben|vorhin)\s+(?:hat|sagte|meinte|erzählte|schrieb|behauptete)\b[^,:]*"
    r"|(?:ich|wir)\s+(?:habe|hab|haben)\s+(?:[\w]+\s+){0,3}?(?:gehört|gelesen|erfahren|mitbekommen)\b|(?:mir|uns) (?:wurde|ist|hat man) (?:[\w]+\s+){0,2}?(?:gesagt|erzählt|geraten)\b|(?:es heißt|man sagt|man munkelt|wie man hört|angeblich|anscheinend soll|es soll)\b|(?:ich|wir)\s+(?:habe|hab|haben)\s+(?!dir\b)(?:ihm|ihr|ihnen|allen|meine[mrn]?\s+\w+|der\s+\w+|dem\s+\w+)\s+(?:\w+\s+)?(?:gesagt|erzählt|geschrieben|versprochen)\b|(?:er|sie|mein\w*\s+\w+|"
    + rf"(?-i:{WORD}))\s+soll\s)",
    _I,
)
_WISHED = re.compile(
    rf"{_FILLER}(?:(?:(?:ich|wir|er|sie|{_THIRD})\s+)?(?:möchte|möchten|(?:will|wollen)(?![^,;]*\b(?:im (?:sommer|herbst|winter|frühjahr|frühling|januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)|nächste[nrsm]?|kommende[nrsm]?|morgen|übermorgen|am \w+tag|am \d+)\b)|wollte|wünsche|wünschen|wünschte|hoffe|hoffen|träume|träumen|überlege|überlegen|erwäge|spiele mit dem gedanken|denke darüber nach|liebäugele|sehne mich)\b"
    r"|[^,]*?\b(?:würde|würden|hätte|hätten|wäre|wären|würd|hätt)\b[^,]*\b(?:gern|gerne|am liebsten|lieber)\b|am liebsten (?:würde|wäre|hätte|möchte)\b|hoffentlich\b|(?:mein|unser) (?:größter |großer |einziger )?(?:traum|wunsch|ziel)\b|(?:ich|wir)\s+(?:habe|hab|haben|bin|hätte)\s+(?:\w+\s+){0,2}?(?:lust|vor, irgendwann|am überlegen|versucht)\b|schön wäre\b|eines tages\b|irgendwann (?:mal )?(?:will|möchte|würde)\b|wenn ich (?:doch|nur)\b)",
    _I,
)
_SUPPOSED = re.compile(
    rf"{_FILLER}(?:(?:vielleicht|eventuell|womöglich|möglicherweise|angenommen|nehmen wir an|stell dir vor|gesetzt den fall|theoretisch|hypothetisch|hätte ich|wäre ich|könnte ich|sollte ich|würde ich|mal angenommen)\b"
    r"|(?!(?:was|wie|wo|wann|warum|wer)\b)[^?,]*?\b(?:würde|würdest|würden|würd|wäre|wären|wärst|hätte|hätten|hättest|könnte|könnten|müsste|müssten|dürfte|dürften|sollte|sollten|käme|ginge|bräuchte|täte|fände|gäbe|ließe|bliebe|wüsste|vielleicht|eventuell|womöglich|möglicherweise|als ob|als wäre)\b)",
    _I,
)
_VERBS = "|".join(sorted(word_list("imperatives_de"), key=lambda one: -len(one)))
_TO_DO = re.compile(
    rf"{_FILLER}(?:(?:bitte|mal|kurz|jetzt|dann|einfach)\s+)*(?:(?:{_VERBS})\b(?!\s+(?:ich|wir)\b)|(?:kannst|könntest|würdest|willst|magst|kannste) du\b|(?:können|könnten|würden) sie\b|du (?:sollst|musst|kannst|könntest|darfst)\b|ich (?:brauche|bräuchte|hätte gern(?:e)?|suche) (?:bitte |mal |noch |deine |eine |ein |einen |ideen|tipps|hilfe|rat|vorschläge)|lass uns\b|lass mich\b|(?:bitte )?(?:kein|keine|keinen|nie|nie wieder|immer|ab jetzt|ab sofort|künftig|in zukunft|von nun an)\b(?=[^.!?]*\b(?:bitte|mir|antwort\w*|schreib\w*|nenn\w*|nutz\w*|verwend\w*|duz\w*|siez\w*|vorschlag\w*|empfehl\w*)\b)|bitte\b|noch (?:ein|eine|einen|mal)\b|mehr davon\b)",
    _I,
)
_TALK = re.compile(
    rf"{_FILLER}(?:(?:danke|vielen dank|dankeschön|besten dank|merci|tschüss|ciao|servus|moin|guten (?:morgen|tag|abend)|gute nacht|schönen (?:abend|tag|dank|feierabend)|schönes wochenende|bis (?:später|bald|morgen|dann|gleich)|mach's gut|gern geschehen|kein problem|alles klar|alles gut|genau|stimmt|super|toll|prima|cool|klasse|perfekt|wunderbar|gut so|sehr gut|passt|verstehe|verstanden|aha|ach so|achso|egal|schon gut|vergiss es|macht nichts|klar|logisch|krass|wow|puh|haha+|hm+|moment|sekunde|warte|mal sehen|lass mich überlegen|frohe|frohes|alles gute|herzlichen glückwunsch|glückwunsch|viel (?:glück|spaß|erfolg)|gute reise|gute besserung|guten appetit|sorry|entschuldigung|tut mir leid|test|hallo|hi|hey|na)\b"
    r"|(?:ich)\s+(?:(?:stimme|gebe) dir|verstehe|weiß nicht|glaube schon|denke schon|hoffe schon|meinte|danke|frage dich|teste|bin (?:gespannt|bereit|zurück|fertig|verwirrt|froh)|freue mich)\b|(?:ok|okay|ja|nein|nee|doch|oh|hey|hi|na|also|naja)[\s.!,]*$|(?:du|dein|deine|ihr|sie sind|euch|dir)\b|das\s+(?:hast|hattest|kannst|weißt|meintest) du\b|(?:das|dies|die antwort|deine antwort)\s+(?:ist|war|klingt|hilft|passt|stimmt|macht|sieht|reicht|gefällt)\b)",
    _I,
)

GRAMMAR = Grammar(
    cut=_CUT,
    subject=_SUBJECT,
    self_subject=re.compile(
        rf"{_FILLER}(?:{_SELF}|(?:bin|habe|hab|wohne|arbeite|lebe|heiße|komme|mag)\b)", _I
    ),
    heads=(
        (Mode.DENIED, _DENIED),
        (Mode.ASKED, _QUESTION),
        (Mode.ASKED_TO_DO, _TO_DO),
        (Mode.TOLD, _TOLD),
        (Mode.WISHED, _WISHED),
        (Mode.SUPPOSED, _SUPPOSED),
        (Mode.TALK, _TALK),
    ),
    preface=_PREFACE,
    awaits_words=2,
    auxiliary=re.compile(r"(?!)"),
    hard=re.compile(r";|\s[-–—]+\s|—|[()]"),
    back_to_author=re.compile(
        r"\b(?:aber|jedoch|doch|übrigens|jedenfalls|dabei|trotzdem|obwohl|tatsächlich|in wirklichkeit|eigentlich|sondern)\b|;|\s[-–—]+\s|—|[()]",
        _I,
    ),
    result=re.compile(r"\b(?:also|deshalb|deswegen|daher|darum)\b", _I),
    continues=re.compile(r"\b(?:dass|weil|denn|da|und|oder|wenn|falls|ob|sodass|damit)\b", _I),
    subordinate=re.compile(r"(?:dass|damit|sodass|ob|wenn|falls|oder|während|der|die|das)\b", _I),
    conditional=re.compile(
        rf"\s*(?:(?:und|aber|oder|also|denn|auch|nur)\s+)*(?:{_CONDITION})\b", _I
    ),
    back_condition=re.compile(r"(?:falls|sofern|es sei denn|vorausgesetzt)$", _I),
    aside_condition=re.compile(
        r"\s*(?:(?:und|aber|nur)\s+)*(?:wenn|falls)\s+(?:möglich|nötig|du (?:magst|willst|möchtest|kannst|fragst|es wissen|dich fragst)|(?:es|das|dir das) (?:wichtig|hilft|interessiert|weiterhilft)|dich das|ich mich (?:recht|richtig) erinnere|jemand fragt)",
        _I,
    ),
    asks_whether=re.compile(
        r"\b(?:frage mich|weiß (?:nicht|noch nicht)|sicher|unsicher|überlege|überlegen|ahnung|weißt du|sag mir|wissen|prüfe?|schau|unklar|frage ist|entscheiden|fragte|gefragt)\s*,?\s*$",
        _I,
    ),
    explicit=re.compile(
        r"\s*(?:bitte\s+|und\s+|auch\s+|kannst du (?:dir )?(?:bitte )?|)*(?:merk(?:e)? dir|denk(?:e)? dran|denk(?:e)? daran|notier(?:e)? dir|notier(?:e)?|schreib(?:e)? dir auf|behalt(?:e)? (?:im kopf|im hinterkopf)|speicher(?:e)?(?: dir)?|vergiss nicht|nicht vergessen|zur info|für die akten)"
        r"(?!\s+(?:das |es |dies )?nicht\b)(?:\s+(?:bitte|mal|das|dies|folgendes|auch|dass))*\s*[,:–-]?\s*(?:dass\s+)?(?=\S)(?!(?:wie|was|wo|wer|warum|zu)\b)",
        _I,
    ),
    private=re.compile(
        r"\s*(?:(?:bitte|und|auch|nein|ok)[, ]+)*(?:vergiss,?\s+(?:bitte,?\s+)?(?:dass|was|mein\w*|das mit|alles|unser\w*|die|den|wo|wie|wer)|(?:lösch|entfern)e?\s+(?:bitte\s+)?(?:mein\w*|alles|das|die|den|was|was du)|merk(?:e)? dir (?:das |es |dies |bitte )*nicht|(?:nicht|nichts) (?:merken|speichern|notieren)|speicher(?:e)? (?:das|es|dies) (?:bitte )?nicht)|.*\b(?:unter uns|bleibt unter uns|merk(?:e)? dir das (?:bitte )?nicht|nicht (?:speichern|merken)|vertraulich)\b",
        _I,
    ),
    sarcasm=re.compile(
        r"^\W*(?:na (?:toll|super|klasse|prima|großartig|bravo|herrlich|wunderbar)\b|(?:ja|aber|na) (?:klar|sicher),? (?:und|weil|ich)\b|oh (?:toll|super|wie schön|freude|ja klar)\b|ganz toll\b|super,? (?:schon wieder|noch ein)|toll,? (?:schon wieder|noch ein)|na klar,? und\b|klar,? und ich\b|wer'?s glaubt\b|das hat mir gerade noch gefehlt|wie ich (?:das|es|montage) liebe|ja ja,? und\b|genau das,? was ich (?:brauche|wollte)|es gibt nichts schöneres)"
        r"|\bich (?:bin|wäre)\s+(?:übrigens |auch |ja |eigentlich |wohl |natürlich )*(?:die |der )?(?:königin|könig|kaiser|kaiserin|papst|präsident|präsidentin|bundeskanzler(?:in)?|batman|superman|weihnachtsmann|osterhase|christkind|einstein|napoleon|zahnfee|mutter teresa|jesus|gott)\b|\bbin ich (?:der kaiser|der papst|die königin|der könig|die kaiserin)\b|\bich liebe es (?:ja |doch |einfach |total )+,?\s*(?:wenn|im stau|zu warten|warten)|🙄|🙃|\birone?i(?:e|sch)\b|\bironie\s*off\b|\bsarkas(?:mus|tisch)\b|(?:^|\s)/s\s*$|\bschön wär'?s\b|\bvon wegen!|\bja klar[.!]*\s*$|\bhaha,? guter witz",
        _I,
    ),
    joke=re.compile(
        r"(?<!kein )(?<!ohne )\b(?:(?:war |nur |bloß |kleiner |ein |bloßer )*(?:spaß|scherz|witz)(?: gemacht| beiseite)?(?=\s*[.!,;)]|\s*$)|haha reingelegt|reingelegt|verarscht|april,? april|jk|just kidding)\b|(?:\s[-–—]|,|\.{2,}|…)\s*nicht\s*!+\s*$|\.{2,}\s*nicht[.!]*\s*$",
        _I,
    ),
    joke_alone=re.compile(
        r"\W*(?:(?:haha|lol|nein|ok|na)\W+)*(?:(?:war |das war |nur |bloß |kleiner |ein |bloß ein |nur ein )*(?:spaß|scherz|witz)\b|reingelegt\b|april,? april|jk\b|nicht!)",
        _I,
    ),
    joke_before=re.compile(
        r"\W*(?:(?:haha|lol|nein|ok|na)\W+)*(?:(?:war |das war |nur |bloß |kleiner |ein |bloß ein |nur ein |natürlich )*(?:spaß|scherz|witz)\b(?! beiseite)|reingelegt\b|april,? april|jk\b|nicht!|just kidding|schön wär'?s|von wegen|quatsch)",
        _I,
    ),
    withdraws=re.compile(
        r"\b(?:streich das|nehme? ich zurück|nein,? warte|warte,? nein|moment,? nein|vergiss das|halt,? nein)\b",
        _I,
    ),
    withdraws_before=re.compile(
        r"\W*(?:(?:oh|ach|ups|sorry|nein|moment|halt)\W+)*(?:streich das|das nehme? ich zurück|nehme? ich zurück|nein,? warte|warte,? nein|vergiss(?:,)? (?:das(?! mit)|was ich (?:gerade |eben |vorhin )?gesagt habe)|das (?:stimmt|war) (?:gar )?(?:nicht|falsch|quatsch)|quatsch\b|korrektur\b|ich habe mich (?:vertan|geirrt))",
        _I,
    ),
    tag=re.compile(
        r"(?:oder|oder nicht|nicht wahr|nicht|ne|gell|stimmt's|richtig|korrekt|ja|nein|weißt du|okay|ok|was)\s*\?*$",
        _I,
    ),
)
