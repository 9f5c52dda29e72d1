"""What a sentence leaves out before its first word: "Moved to Leeds", "Allergic to nuts"."""

import re

_LEFT_OUT = [
    (re.compile(pattern), words)
    for pattern, words in (
        (r"(?i)^(?:been|never been|already been|had been)\b(?! (?:a|an|so|quite) )", "I have "),
        (
            r"(?i)^(?!gonna be (?:a|an|so|great|fun|hard)\b)(?:gonna|going to|about to|"
            r"planning to|hoping to|looking for|looking forward)\b",
            "I am ",
        ),
        (
            r"(?i)^(?:allergic|intolerant|diabetic|vegetarian|vegan|pescatarian|married|divorced|"
            r"engaged|pregnant|retired|unemployed|self-employed|based|"
            r"originally from|from|born and raised|not allergic|not vegan|lactose|coeliac|"
            r"in)\b(?!(?: [\w'-]+){1,4},? (?:I|we|my|our|he|she|they|it|you|"
            r"there)\b)(?! (?:now on|the|then|my|case|fact|general|addition|short|chapter|\d))",
            "I am ",
        ),
        (r"(?i)^(?:on) (?=day|\d+ ?mg|holiday|antibiotics|insulin)", "I am "),
        (
            r"(?i)^no (?:kids|children|siblings|brothers|sisters|pets|allergies|car|garden|tv)\b",
            "I have ",
        ),
        (r"(?i)^(?:not )?(?:really )?an? (?:big |huge |massive )?fan of\b", "I am "),
        (r"(?i)^only child\b", "I am an "),
        (
            r"(?i)^(?:proud |happy )?(?:mum|mom|dad|mother|father|parent|owner|member|fan) of\b",
            "I am a ",
        ),
        (
            r"(?i)^(?:deputy |new )?(?:head|director|vice president|vp|captain|chair|lead|leader|"
            r"professor) of [a-z][a-z -]{2,40} (?:from|since|as of|starting)\b",
            "I am ",
        ),
        (r"(?i)^(?:smoker|non-smoker|night owl|early bird|left-handed|right-handed)\b", "I am a "),
        (
            r"(?i)^(?:can't|cannot|can not|cant|don't|dont|do not|didn't|didnt|won't|haven't|"
            r"havent|hadn't|couldn't|never|no longer|still|just|recently|finally|already) "
            r"(?!mind|forget|worry|you|be |remember|suggest|tell|give|use|make|do |mention|ask|"
            r"include|say|let|put|call|send)(?=[a-z])",
            "I ",
        ),
        (
            r"(?i)^(?:got|had|went|moved|quit|sold|bought|started|stopped|finished|joined|left|"
            r"became|met|saw|booked|signed|broke|lost|found|passed|failed|"
            r"gave|took|made|adopted|married|turned|switched|changed|ordered|rebuilt|painted|ran|"
            r"flew|drove|hired|renamed|reintroduced|ended|"
            r"visited|talked|spoke|worked|lived|grew|studied|graduated|retired|cancelled|canceled|"
            r"postponed|planted|baked|cooked|paid|won|"
            r"decided|picked|tried|watched|read|wrote|cut|gained|dropped|swapped|traded|inherited|"
            r"enrolled|applied|accepted|landed|hurt|"
            r"injured|twisted|sprained|slept|woke|came|spent|took up|gave up|threw|kicked|"
            r"scrapped|ditched|fixed|repaired|installed)\b(?! (?:my|the) \w+ (?:is|was)\b)",
            "I ",
        ),
        (
            r"(?i)^(?:love|hate|like|enjoy|prefer|live|work|need|want|play|own|drive|speak|study|"
            r"adore|dislike|miss|have|avoid|can't stand)\b"
            r"(?! (?:it|you|that|this|on the|out|is|was|are|were|has|had|will|isn't|wasn't|hasn't|"
            r"keeps?|starts?|ends?|and|or)\b)(?=[ ])",
            "I ",
        ),
        (
            r"(?i)^(?:writing|reading|learning|working|studying|training|building|living|moving|"
            r"expecting|renovating|taking|doing|trying|"
            r"getting|playing|saving|planning|preparing|recovering|thinking of|feeling|starting|"
            r"leaving|flying|visiting|switching|teaching|"
            r"using|eating|drinking|seeing|dating|knitting|restoring|organising|organizing|having|"
            r"selling|buying|renting|looking after)\b",
            "I am ",
        ),
    )
]


def left_out_before(text: str) -> str:
    """The words to put before the text, with a space; empty when nothing is missing."""
    return next((words for pattern, words in _LEFT_OUT if pattern.match(text)), "")
