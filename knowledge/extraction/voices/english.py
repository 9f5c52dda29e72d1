"""How English clauses tell what they mean."""

# ruff: noqa: E501  patterns of alternatives

import re

from knowledge.extraction.voices.grammar import Grammar
from knowledge.extraction.voices.parts import Mode
from knowledge.extraction.voices.text import WORD
from knowledge.extraction.words import word_list

_I = re.IGNORECASE

_FILLER = (
    r"(?:(?:and|but|so|or|well|also|then|now|ok|okay|oh|hey|hi|yes|yeah|yep|no|nope|anyway|anyways|btw|by the way|actually|honestly|frankly|really|personally|"
    r"in fact|in reality|for the record|fyi|look|listen|see|still|meanwhile|luckily|fortunately|unfortunately|sadly|of course|because|cause|since|as|although|though|"
    r"while|whereas|plus|finally|today|tonight|yesterday|currently|these days|nowadays|right now|just so you know|as for me|truth is|the truth is|fact is|the thing is|"
    r"as i (?:said|mentioned|told you)|i (?:already |just |have |also )*(?:told you|said|mentioned|explained)(?: before| already| earlier)?(?: that)?(?=,? (?:i\b|i'|my\b|we\b))|"
    r"(?:good|bad|great|big|sad|happy|some|other) news|news|thing is|besides|however|except|only|too|again|first|second|also|guess what|haha|lol|wow|hm+|um+|uh+)\b[,!: ]*\s*)*"
)
_ADVERBS = r"(?:(?:just|also|really|always|still|never|only|even|already|often|usually|once|recently|now|then|all|both|actually|apparently|probably|definitely|sometimes|keep|keeps|kept|has|have|had|is|are|was|were|did|didn't|does|doesn't|do|don't|will|would|'s|'ve|simply|literally|jokingly|mistakenly|wrongly|automatically|immediately|constantly|first|finally|later|clearly|totally|kind of|sort of|seems? to|tends? to|used to|like to|likes to|love to|loves to)\s+){0,3}"
_THIRD = (
    rf"(?!(?:i|we)\b)(?:(?:my|our|his|her|their|your|the|this|that|a|an|some|one of (?:my|the|our)|another|every|each|most|many|half (?:of )?(?:my|the))\s+(?:[\w'’-]+\s+){{0,3}}?[\w'’-]+|"
    rf"(?-i:{WORD})(?:\s+(?-i:(?!I\b){WORD}))?(?:\s+from\s+[\w'-]+)?|he|she|they|it|you|people|everyone|everybody|someone|somebody|no one|nobody|others|friends|strangers|folks|most|some|mum|mom|dad|mother|father|grandma|grandpa)"
)
_SAYS = (
    r"(?:says?|said|saying|tells?|told|telling|claims?|claimed|thinks?|thought|believes?|believed|reckons?|reckoned|swears?|swore|writes?|wrote|written|texts|texted|messaged|emailed|"
    r"announces?|announced|mentions?|mentioned|insists?|insisted|admits?|admitted|confess(?:es|ed)?|explains?|explained|promises?|promised|complains?|complained|states?|stated|suggests?|suggested|"
    r"recommends?|recommended|advises?|advised|asks?|asked|wonders|wondered|fears|feared|warns?|warned|reminds|reminded|argues?|argued|jokes|joked|guesses|guessed|confirms?|confirmed|reveals?|revealed|"
    r"teased|bragged|replied|answered|lists me|lists|hinted|implied|implies|assured|predicts?|predicted|shouted|posted|tweeted|whispered|yelled|wants me to|wants us to|wanted me to|expects me to|begged me to|urges? me to|diagnosed|shows|showed|indicates|reads|calls me|called me)"
)
_THINKS = r"(?:thinks?|thought|thinking|assumes?|assumed|assuming|believes?|believed|guess(?:es|ed)?|expects?|expected|suppose[sd]?|figures?|figured|imagines?|imagined|presumes?|presumed|(?:am|are|is|'re|'s|was|were) (?:convinced|sure|certain|under the impression|of the opinion)|mistakes? me for|mistook me for|takes? me for|took me for|confuses? me with|suspects?|suspected|pretends?|swears?|insists?)"
_SELF = r"(?:i|i'[a-z]+|im|ive|we|we'[a-z]+|my|our|mine|me|myself)\b"
_LED = rf"{_FILLER}(?:(?!(?:i|we|my|our|if)\b)[^\s,;:]+\s+){{0,5}}?"

_SUBJECT = re.compile(
    rf"{_FILLER}(?:{_SELF}|(?:he|she|they|it|you|there|this|that|these|those|who|everyone|everybody|nobody|no one|people)(?:'[a-z]+)?\b|"
    rf"(?:his|her|their|your)\s+\w+|(?-i:{WORD})(?:\s+(?-i:{WORD}))?(?:'s\s|\s+(?:is|was|are|were|has|had|will|would|can|does|did|[a-z]+(?:s|ed))\b)|"
    r"(?:the|a|an|some|all|both|one|two|three|most)\s+(?:[\w'-]+\s+){1,4}?(?:is|was|are|were|has|have|had|will|would|can|does|did|[a-z]+ed)\b)",
    _I,
)
_LINK = r"and|but|so|because|'?cause|cuz|coz|since|although|though|while|whereas|as|yet|or"
_CONDITION = r"if|unless|whether|in case|provided(?: that)?|even if|as long as|only if|assuming|supposing|suppose"
_CLAUSE_WORD = rf"(?:{_LINK}|{_CONDITION}|anyway|anyways|btw|by the way|plus|then|which|who|that|except|however|meanwhile|otherwise|well|still)"
_CUT = re.compile(
    rf"\s*(?:;|\s[-–—]{{1,2}}\s|—|\.{{2,}}|…|[()]|:(?=\s)|,(?=[\s\ue000]))\s*(?:{_CLAUSE_WORD}\b,?\s*)*"
    rf"|\s+(?:{_LINK})\s+(?:(?:now|then|also|today|currently|yes|no)\s+)?(?=(?:{_SELF}|(?:he|she|they|it|you|there|his|her|the|this|that|please|can|could|do|what|how|where|is|are|write|give|tell|don't)\b|(?-i:{WORD})\s+(?:is|was|has|lives|works|said|says|told)\b))"
    rf"|\s+(?:(?:and|but|so|or)\s+)?(?:{_CONDITION})\s+(?=\w)",
    _I,
)

_MODAL = r"(?:would|wouldn't|might|mightn't|could(?! not\b)|should|shouldn't|ought to|(?-i:may)(?!\s+(?:\d|of\b)))\b|'d\s+(?!(?:been|had|better|gone|got|seen|done|never|just|already|always|forgotten|lost|left|bought|made|taken|found|met|lived|[a-z]{2,}ed)\b)"
_NOW = r"(?:right\s+)?"

_PREFACE = re.compile(
    rf"{_FILLER}(?:"
    r"(?:i (?:should|must|have to|need to|want to|wanted to|would like to|ought to)|i'd like to|let me|may i|i forgot to) (?:just |also )?(?:mention|say|tell you|add|point out|admit|note|confess)(?: about me)?"
    r"|i (?:would|'d) like you to know|i want you to know|you should know|you need to know|please (?:consider|note|be aware|know|keep in mind|bear in mind|take into account)|be aware|mind you|consider|note|it turns out|turns out"
    r")(?: that)?[,:]? (?=(?:i|we|my|our)\b)",
    _I,
)
_QUESTION = re.compile(
    rf"{_FILLER}(?:"
    r"(?:who|what|where|when|why|how|which|whose|whom)\b(?!ever)(?:'s|'re|'d|'ve)?\s+(?!(?:i|we|my)\b(?![^?]*\?))"
    r"(?:is|are|was|were|do|does|did|can|could|should|would|will|have|has|about|kind|many|much|long|often|to|the|a|an|i|you|we|my|your|time|day|else|if|[a-z]+s?)\b"
    r"|(?!have an? (?!look|go|try|think|guess|read|seat))"  # "have a twin brother" leaves "I" out
    r"(?:do|does|did|can|could|would|will|should|are|is|am|was|were|have|has|may|shall)(?:n't)?\s+"
    r"(?:i|you|we|he|she|they|it|there|this|that|these|those|my|your|our|the|anyone|someone|anybody|people|a|an|his|her)\b"
    r"|(?:i (?:wonder|was wondering|am wondering|don't know|do not know|have no idea|can't remember|can't tell|am not sure|forgot|'m not sure|need to know|want to know|would like to know)|i'm (?:wondering|not sure|curious|unsure)|not sure|no idea|any idea|wondering|curious|tell me|let me know|do you know|guess)\s+"
    r"(?:about\s+)?(?:if|whether|who|what|where|when|why|how|which)\b|any (?:ideas?|tips|suggestions?|advice|thoughts|recommendations?|clue)\b)",
    _I,
)

_DENIED = re.compile(
    rf"{_FILLER}(?:"
    rf"(?:(?!(?:if|i|we)\b)[^\s,;:]+\s+){{0,3}}?(?:{_THIRD})\s+{_ADVERBS}{_THINKS}\s+(?:(?:that|of me as|me to be|like)\s+)?(?={_SELF})"
    rf"|(?:{_THIRD})\s+{_ADVERBS}(?:mistakes?|mistook|takes?|took|confuses?|confused)\s+me\s+(?:for|with)\b"
    r"|(?:it's|it is|it was|that's|that is|is|it isn't|it's just)\s+(?:(?:simply|just|really|absolutely|totally|definitely|not)\s+)*(?:not true|untrue|false|a lie|a myth|a rumou?r|wrong|nonsense|rubbish|bullshit|not the case|not correct|true)\s+(?:that\s+)?(?=\w)(?<!is true )(?<!is true that )"
    r"|(?:it's|it is|that's)\s+not\s+(?:like|as if|as though|that)\b|not\s+(?:like|as if|as though|that)\s+(?=i\b|i'|my\b|we\b)"
    r"|(?:i|we)(?:'ve| have| had|'d)?\s+(?:never|not|didn't|did not|don't|do not|haven't|wouldn't|am not|'m not|can't)\s+(?:once\s+|ever\s+|really\s+)?(?:said|say|saying|mean|meant|claim|claimed|claiming|tell|told|think|thought|believe|believed|know that|mention(?:ed)?|imply|implied|feel like|remember saying|suppose)\b"
    r"|(?:i'm|i am|im)\s+not\s+(?:saying|claiming|suggesting|implying|pretending|convinced|telling)\b|i\s+(?:doubt|deny|denied)\b|(?:i'm|i am|we're|we are)\s+not\s+(?:going|trying|about)\s+to\s+(?:say|claim|pretend|tell you)\b|(?:i'm|i am|i was)\s+(?:by no means|anything but|far from(?: being)?)\b|no way\s+(?:that\s+)?(?=i\b|i'm|am)"
    r"|(?:i|we)\s+(?:always\s+|once\s+|first\s+|originally\s+|used to\s+|wrongly\s+|just\s+)*(?:thought|assumed|believed|figured|imagined|think|pretended|pretend|lied|was convinced|were convinced|was sure|joked)\s+(?:that\s+|to be\s+|about\s+)?(?=(?:i was|i had|i'd|i were|i could|we were|we had|my \w+ was|i lived|i worked|i'm\b.*\bbut)|to be|being|having)"
    r"|(?:i|we)\s+(?:lied|fibbed|joked|pretended)\b"
    r"|(?:there's|there is)\s+(?:a|this)\s+rumou?r\b|rumou?r has it|contrary to|the (?:idea|rumou?r|notion|claim|assumption|myth) that\b|since when\b|i was (?:wrongly|falsely|mistakenly)\b"
    r"|(?:please\s+)?(?:don't|do not|never|stop|please don't)\s+(?:ever\s+)?(?:think|assume|assuming|believe|say|saying|telling me|tell (?:people|anyone|me))\s+(?:that\s+)?(?=i\b|i'm|i've|my\b|we\b)"
    r"|(?:i|we|he|she|they)\s+(?:almost|nearly)\s+(?=[a-z]+(?:ed|ent|ought|ot|ook|ame|ell|old|ost|ove|it)\b)"
    r")",
    _I,
)
_TOLD = re.compile(
    rf"(?:{_LED}(?P<who>{_THIRD})(?:\s+who)?\s+{_ADVERBS}{_SAYS}\b(?:\s+(?:to\s+)?(?:me|us|him|her|them|you|everyone|everybody|people))?(?:\s+(?:today|yesterday|once|again|recently|this morning|last \w+|on \w+|yesterday morning))?(?:\s+that\b|\s+about\b|\s+how\b)?\s*"
    rf"|{_LED}(?:according to|in the (?:opinion|words) of|as per)\s+(?P<source>(?:my|our|his|her|the|a|this)\s+[\w'-]+(?:\s+[\w'-]+)?|(?-i:{WORD})|\w+)"
    rf"|{_FILLER}(?:i|we)(?:'ve|'d| have| had)?\s+(?:just\s+|also\s+|once\s+|recently\s+|keep\s+|kept\s+)*(?:heard|hearing|hear|read|was told|were told|been told|got told|am told|learned from|gather|was informed|was diagnosed by)\b(?:\s+that\b|\s+from\s+\w+\s+that\b)?\s*"
    rf"|{_FILLER}(?:i|we)(?:'ve|'d| have| had)?\s+(?:just\s+|once\s+|always\s+|also\s+)*(?:told|texted|wrote|said to|wrote to|informed|assured|promised|convinced)\s+(?!you\b)(?:him|her|them|everyone|everybody|people|(?:my|our|the|a|an|this|that)\s+(?:[\w'-]+\s+){{0,2}}?[\w'-]+|(?-i:{WORD}))\s+(?:that\s+)?(?={_SELF})"
    rf"|{_FILLER}(?:word is|they say|people say|it is said|it says|the internet says|legend has it|supposedly|allegedly|reportedly|apparently,? (?=i|we|my)|i was asked (?:if|whether|to)|i got asked)\b\s*"
    r")",
    _I,
)
_WISHED = re.compile(
    rf"{_FILLER}(?:if only\b|(?:i|we|he|she|they|{_THIRD})(?:'m|'d|'re|'s|'ve| am| are| is| would| do| have| was| were| had| been)*\s+(?:(?:just|really|so|always|still|also|often|actually|kind of|kinda|sometimes|secretly|seriously|only|both|all|been)\s+)*"
    r"(?:wish(?:es|ed)?|hope[sd]?|hoping|want(?:s|ed)?|wanna|like to|love to|love it if|rather|prefer to|dream(?:s|ing)? (?:of|about)|dreamed of|long(?:s|ing)? (?:for|to)|dying to|fancy(?:ing)?|yearn(?:s|ing)?|crave|tempted to|keen to|thinking (?:about|of)|thought about|think(?:s)? about|considering|consider|contemplat(?:e|ing)|toying with|playing with the (?:idea|thought)|mulling over|debating (?:if|whether)|wondering about|fantasi[sz]ing|itching to|looking to|in the mood (?:for|to)|torn between|deciding (?:between|whether|if)|undecided|day-?dream(?:ing)?)\b"
    r"|(?:my|our) (?:biggest |secret |big |one |only |greatest |long-term )?(?:dream|wish|hope|fantasy|goal) (?:is|would be|has always been|was)\b|hopefully\b|fingers crossed\b|would(?:n't)? it be|in an ideal world|one day i(?:'d| will|'ll| want| hope)|someday\b|wish (?:i|we)\b|hoping\b|(?:would|'d) love\b|(?:thinking|dreaming) (?:of|about)\b|wanna\b|want to\b)",
    _I,
)
_SUPPOSED = re.compile(
    rf"{_FILLER}(?:(?:maybe|perhaps|possibly|potentially|suppose|supposing|imagine|assume|assuming|say i|were i|had i|should i|what if|let's (?:say|pretend|imagine|assume)|pretend|hypothetically|in theory|theoretically|in case|otherwise)\b"
    rf"|(?!(?:what|how|where|when|why|who|which)\b)[^?,]*?(?:\b{_MODAL}|\b(?:maybe|perhaps|possibly)\b|\b(?:feels?|felt) (?:like|as if|as though) (?={_SELF})|\bas if (?={_SELF})|\bas though\b|\b(?:is|it's) (?:possible|likely|conceivable) that\b|\bit (?:could|may|might) be\b|\bthere(?:'s| is| are) (?:a|some|every|no|still a|always a)? ?(?:\w+ )?(?:chance|possibility|risk|probability)s?\b|\bchances are\b))",
    _I,
)
_VERBS = "|".join(sorted(word_list("imperatives_en"), key=lambda one: -len(one)))
_TO_DO = re.compile(
    rf"{_FILLER}(?:please|pls|plz|kindly|just|quickly|now|then|first|next|maybe)?[,\s]*(?:(?:please|just|also|quickly|always|never|don't|do not|stop)\s+)*(?:{_VERBS})\b(?!\s*(?:'|is\b|was\b|are\b|were\b|has\b|,?\s*i\b|:))"
    rf"|{_FILLER}(?:i (?:need|want|would like|'d like|expect) you to\b|i'd (?:like|love) you to\b|i need (?:your|help|ideas|advice|suggestions|help with|(?:a|an|some|the) (?:[\w-]+ ){0, 2}?(?:recipes?|ideas?|list|plan|summary|name|synonym|word|joke|poem|quote|suggestions?|translation|explanation|examples?|template|script|function|tips?|answer|advice|help))\b|you (?:should|must|can(?! (?:always |also |just )?(?:reach|call|ring|contact|email|e-mail|text|find) (?:me|us)\b)|could|need to|have to)\b|feel free to\b|no need to\b|please\b|pls\b|help\b|don't (?:be|do|make|give|tell|use|say|start|forget|worry)\b|do not\b|never (?:use|say|suggest|mention|give|write|answer|recommend|ask|start|call)\b|always (?:answer|use|write|give|reply|respond|start|include|show|explain|add|call)\b|looking for (?:a|an|some|ideas|tips|suggestions)\b|from now on\b(?!,? (?:i|we)\b(?! (?:want|prefer|would|need|expect|like)))|let's\b|lets\b|more (?:like|of) that\b|another one\b|one more\b|again\b|same (?:but|again)\b)",
    _I,
)
_TALK = re.compile(
    rf"{_FILLER}(?:"
    r"(?:good (?:lord|god|grief|heavens)|(?:oh )?my (?:god|goodness|gosh)|omg|thank god|danke|hallo|tschüss|gute nacht|guten (?:morgen|tag|abend)|moin|servus|merci|gracias|grazie|ciao|bonjour|hola|thanks|thank you|thx|ty|tysm|cheers|much appreciated|(?:i |really |much )*appreciate|bye|goodbye|see (?:you|ya)|talk (?:to you )?(?:soon|later)|take care|welcome|good (?:morning|evening|afternoon|night|day|luck|idea|point|question|job|one|bot|to (?:know|hear|see))|nice to|hiya|howdy|hello|hi there|"
    r"sure|great|nice|cool|awesome|amazing|perfect|lol|rofl|lmao|(?:ha){2,}h?|hm+|nice one|well done|(?:morning|evening|afternoon|night)(?=[\s!.]*$)|exactly|right|true|totally|absolutely|indeed|sounds?\s+(?:good|great|like|fun|awesome|amazing|interesting|fine|right|perfect)|"
    r"got it|gotcha|makes sense|fair enough|i see(?=\W*$|\s*[,.;!]|\s+(?:now|what|why|how|that)\b)|never ?mind|forget it|no (?:problem|worries|way|idea|thanks|need)|my pleasure|same here|me too|one (?:sec|second|moment)|hang on|hold on|wait|let me (?:think|see|check|try|look)|brb|"
    r"congrat\w*|way to go|keep (?:it up|going|me posted)|enjoy|have (?:a (?:good|great|nice|lovely)|fun)|whatever|good luck|all good|bon (?:voyage|appétit|appetit)|happy (?:birthday|new year|easter|holidays|weekend|friday|monday)|merry christmas|god bless|bless you|sorry|my bad|oops(?=\W*$)|whoops(?=\W*$)|testing|test|ping)\b"
    r"|(?:i'm|i am|im)\s+(?:(?:so|really|very|super|just|only|still|not)\s+)*(?:fine|good|ok|okay|sorry|glad|happy (?:for|to hear|that you|with (?:that|this|your))|proud of you|here for you|great|well|excited for you|confused|lost|impressed|testing (?:you|this)|asking|curious|kidding|joking|back|done|ready|listening|all ears|trying to understand)\b"
    r"|i\s+(?:(?:totally|completely|really|just|also|still|don't|do not|do|can|can't|cannot|already|never|now)\s+)*(?:agree|disagree|understand|guess so|think so|hope so|suppose so|get it|get that|bet|feel you|hear you|see what you mean|follow|meant(?! [^.!?,]{1,30}, not\b)|ask(?:ed)? (?:you|about|for|if|a|the)|like (?:that|this|your|it)|love (?:that|this|your|it)|hate (?:that|this) (?:answer|idea|suggestion)|trust you|need your|want your|know what you|told you(?! (?:that )?(?:i\b|i'|my\b|we\b))|said so|believe you|thank)\b"
    r"|(?!you can (?:always |also |just )?(?:reach|call|ring|contact|email|e-mail|text|find) (?:me|us)\b)(?:you|you're|you've|you'll|you'd|your|u|ur)\b|(?:that|this|it|these|those)(?:'s| is| was| are| were| isn't| wasn't| doesn't| does| did| didn't| sounds?| looks?| helps?| helped| works?| worked| makes?| made)\s+(?:(?:so|really|very|a|an|the|not|just|exactly|actually|pretty|quite|too|such|more|much)\s+)*(?:great|awesome|amazing|cool|nice|wonderful|true|right|wrong|fantastic|lovely|good|fine|sweet|funny|interesting|incredible|beautiful|tough|sad|rough|fun|perfect|it|all|helpful|useful|useless|enough|better|best|answer|what i (?:meant|wanted|asked|needed|was looking for)|sense|help|clear|unclear|confusing|weird|strange|odd|hilarious|correct|incorrect|boring|long|short|ok|okay|hard|easy|crazy|insane)\b"
    r"|(?:ok|okay|yes|yeah|yep|yup|no|nope|nah|k|oh|hey|hi|well|so|then|really|wow)[\s.!,]*$"
    r"|(?:can't|cannot) wait\b|what (?:a|an)\b|how (?:nice|cool|sweet|funny|lovely|sad|awful)\b"
    r")",
    _I,
)

GRAMMAR = Grammar(
    cut=_CUT,
    subject=_SUBJECT,
    self_subject=re.compile(rf"{_FILLER}{_SELF}", _I),
    heads=(
        (Mode.DENIED, _DENIED),
        (Mode.TOLD, _TOLD),
        (Mode.ASKED, _QUESTION),
        (Mode.ASKED_TO_DO, _TO_DO),
        (Mode.WISHED, _WISHED),
        (Mode.SUPPOSED, _SUPPOSED),
        (Mode.TALK, _TALK),
    ),
    preface=_PREFACE,
    awaits_words=0,
    auxiliary=re.compile(
        r"(?:is|are|was|were|am|has|have|had|will|would|can|could|do|does|did)\b", _I
    ),
    hard=re.compile(r";|\s[-–—]+\s|—|[()]"),
    back_to_author=re.compile(
        r"\b(?:but|however|anyway|anyways|btw|by the way|meanwhile|though|although|whereas|in reality|actually|personally|as for me|the truth is|truth is|fact is|which is why|in fact)\b|;|\s[-–—]+\s|—|[()]",
        _I,
    ),
    result=re.compile(r"\b(?:so|therefore|thus|hence|then)\b", _I),
    continues=re.compile(r"\b(?:that|because|'?cause|since|as|which|who|or|while|yet)\b", _I),
    subordinate=re.compile(
        r"(?:that|which|who|or|while|as if|so|if|unless|whether|in case|even if|as long as)\b", _I
    ),
    conditional=re.compile(
        rf"\s*(?:(?:and|but|so|or|well|also|then|hey|now)\s+)*(?:{_CONDITION})\b", _I
    ),
    back_condition=re.compile(rf"(?:{_CONDITION})$", _I),
    aside_condition=re.compile(
        r"\s*(?:(?:and|but|so|or)\s+)*(?:in case (?:you|that|it|anyone|someone|anybody)\b|if\s+(?:possible|needed|necessary|any(?:one)?\b|so\b|not\b|you(?:'re| are)? (?:want|like|need|prefer|wonder|wondering|care|must|ask|asking|can|could|remember|know|curious|interested|didn't know|don't mind|please)|(?:that|this|it) (?:matters|helps|makes|is relevant|counts|interests)|i(?:'m| am) (?:not (?:wrong|mistaken)|honest|being honest)|i (?:remember|recall) (?:correctly|right)|memory serves|anything\b|it helps))",
        _I,
    ),
    asks_whether=re.compile(
        r"\b(?:wonder(?:ing)?|know|sure|remember|tell|ask(?:ed|ing)?|check|see|idea|unsure|decide|deciding|clear|say|debating|find out|figure out)\s*(?:me|you|us|him|her)?\s*$",
        _I,
    ),
    explicit=re.compile(
        r"\s*(?:please\s+|and\s+|also\s+|can you (?:please )?|could you (?:please )?|just\s+|ok,?\s+)*(?:remember|note|keep in mind|don't forget|make a note|save|store|memori[sz]e|bear in mind|for the record|take note|write down|never forget|for future reference|fyi)"
        r"(?:\s+(?:that|this|down|for later|please|of the fact|somewhere))*\s*[,:–-]?\s+(?=\S)(?!(?:when|how|what|where|who|why|to|if|me|the time|the (?:file|document))\b)",
        _I,
    ),
    private=re.compile(
        r"\s*(?:(?:please|pls|and|also|can you|could you|ok|no,?)\s+)*(?:(?:do not|don't|never)\s+(?:remember|store|save|note|keep|memori[sz]e|record|write down|learn)\b|(?:forget|erase|delete|remove|unlearn|wipe|drop)\s+(?:that|what|my|our|everything|all|the (?:fact|thing|part|bit)|about (?!it\b))\b(?!\s*[.!]*$)|off the record)"
        r"|.*\b(?:off the record|between (?:you and me|us)|(?:do not|don't) (?:remember|save|store|keep|write down|record|memori[sz]e) (?:this|that|it|any of))\b",
        _I,
    ),
    sarcasm=re.compile(
        r"^\W*(?:(?:lol|lmao|ha(?:ha)*|omg|ugh|well|yeah)[\s,!]+)*(?:oh yes,? (?:i|we) (?:just|totally|really|absolutely|so)\b|oh,? (?:great|joy|sure|yay|wonderful|fantastic|perfect|goody|brilliant|lovely|super|how nice|yeah|of course)\b|yeah,? (?:right|sure)\b|sure,? (?:and|because|thing)\b.*\bi\b|right,? and i(?:'m| am)\b|as if\b|because (?:i|we) (?:just |totally |obviously |really |clearly )+(?:love|enjoy|need|have)\b|wow,? (?:thanks|great)\b|great,? (?:another|just what|more)\b|yay,? (?:another|more)\b|just what i (?:needed|wanted|always)\b|how i love\b|nothing (?:i love|better|i enjoy) (?:more )?than\b|don't you just love\b|who doesn't love\b|thanks for nothing)"
        r"|\bsaid no one ever\b|\bmade of (?:money|stone|sugar|steel)\b|\bgrows? on trees\b|\bmarried to (?:my|the) (?:job|work|bed|sofa|couch|phone|computer|office)\b|\bdying of (?:boredom|laughter|hunger|thirst|embarrassment)\b|\bin your dreams\b|\bi'?m (?:also |just |basically |totally |secretly |obviously |clearly )*(?:the |a )?(?:queen|king|pope|president|emperor|empress|dalai lama|batman|superman|wonder woman|santa(?: claus)?|elvis|einstein|napoleon|cleopatra|beyonc[ée]|god|easter bunny|tooth fairy|mother teresa|jesus|unicorn|rocket scientist|shakespeare|darth vader|james bond|martian|alien)\b"
        r"|\b(?:just|so|really|absolutely|totally|simply)\s+(?-i:LOVE|ADORE|ENJOY|LIKE)\b|\bl+o{3,}ve\b|\bsoo+\s+(?:love|happy|excited|thrilled)\b|🙄|🙃|\(sarcasm\)|\*sarcasm|#sarcasm|\bsarcastic(?:ally)?\b|(?:^|\s)/s\s*$|\byeah,? right\b[.!]*\s*$|\bas if[.!]*\s*$|\blucky me\b|\bwhat a (?:joy|treat|surprise)\b.*\bagain\b|\bmy favou?rite (?:thing|hobby|pastime)(?:,| is) (?:waiting|sitting|being|standing|doing taxes|cleaning|queu)",
        _I,
    ),
    joke=re.compile(
        r"(?<!not )(?<!no )(?<!n't )(?<!not just )\b(?:(?:just|only|i'?m|i am|totally|obviously|haha|lol)\s+)*(?:kidding|joking|messing with you|pulling your leg|teasing|trolling)\b(?! (?:about|around))|\bj/?k\b|(?:\s[-–—]|,|\.{2,}|…)\s*not\s*[.!]*\s*$|\bnot!+|\bpsych!|\bsike\b|\bapril fools?\b|\bgotcha!|\bha(?:ha)+,? no\b|\bthat(?:'s| was) (?:a|just a) (?:joke|lie)\b|\b(?:it's|it is) a joke\b|\bi wish!|/j\b",
        _I,
    ),
    joke_alone=re.compile(
        r"\W*(?:(?:haha|lol|ok|no|nah|well|sorry)\W+)*(?:(?:just|only|i'?m|i am)\s+)*(?:kidding|joking|j/?k\b|not[.!]*\s*$|psych|sike|april fools?|/s|/j)(?!\w)",
        _I,
    ),
    joke_before=re.compile(
        r"\W*(?:(?:haha|lol|ok|no|nah|well|sorry)\W+)*(?:(?:(?:just|only|i'?m|i am|i was(?: just)?)\s+)*(?:kidding|joking|messing with you|pulling your leg|teasing|trolling)\b(?! (?:about|around))|j/?k\b|not[.!]*\s*$|not really[.!]*\s*$|psych\b|sike\b|april fools?\b|gotcha!|that(?:'s| was) (?:a|just a) (?:joke|lie)|(?:it's|it was) a joke|yeah,? right|as if[.!]*\s*$|i wish[.!]*\s*$|/s\b|/j\b|in my dreams)",
        _I,
    ),
    withdraws=re.compile(
        r"\b(?:scratch that|strike that|i take (?:that|it) back|no,? wait|wait,? no|(?:actually,? )?never ?mind that|ignore that|forget (?:i said )?that|i misspoke)\b",
        _I,
    ),
    withdraws_before=re.compile(
        r"\W*(?:(?:oh|ah|oops|sorry|actually|hm+|no|wait|ok)\W+)*(?:scratch that|strike that|i take (?:that|it) back|no,? wait|wait,? no|ignore that|ignore (?:what i (?:just )?said|my last)|forget (?:what i (?:just )?said|i said (?:that|anything)|that last)|i misspoke|that(?:'s| was| is) (?:wrong|not true|not right|nonsense|a lie|not what i meant)|i got that wrong|i was wrong|correction\b)",
        _I,
    ),
    tag=re.compile(
        r"(?:right|correct|no|yes|yeah|eh|huh|ok|okay|remember|true|or not|or what|don't you think|you know|(?:is|are|was|were|do|does|did|have|has|can|could|will|would|should|am|ai)n't (?:i|it|you|he|she|they|we)|(?:am|is|are|do|does|did) (?:i|it|you|he|she|they|we))\s*\?*$",
        _I,
    ),
)
