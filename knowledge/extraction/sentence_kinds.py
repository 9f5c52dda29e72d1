"""What a sentence is: a statement, a question, a request, a wish, talk."""

# ruff: noqa: E501  patterns of alternatives

import re
from enum import StrEnum

from knowledge.extraction.voices.parts import MASK


class SentenceKind(StrEnum):
    """What a sentence is, as far as memory cares."""

    STATEMENT = "statement"
    QUESTION = "question"
    HYPOTHETICAL = "hypothetical"
    REQUEST = "request"
    PRIVATE = "private"  # the user asked that it is not remembered
    PASTED = "pasted"
    FICTION = "fiction"  # a story, a game, a role
    NOT_MEANT = "not_meant"  # a joke, taken back, or said to be wrong
    GREETING = "greeting"
    THANKS = "thanks"
    CHITCHAT = "chitchat"
    EMPTY = "empty"


_EXPLICIT = re.compile(
    r"\s*(?:please\s+|and\s+|also\s+|can you (?:please )?)*(?:remember|note|keep in mind|"
    r"don't forget|merk dir|denk daran|make a note|save|store|memori[sz]e)(?:\s+(?:that|this|dass|"
    r"down|for later|please|of the fact))*\s*[,:–-]?\s+(?=\S)"
    r"(?!(?:when|how|what|where|who|why|to|if|me|the time|the (?:file|document))\b)",
    re.IGNORECASE,
)
_PRIVATE = re.compile(
    r"\s*(?:please\s+)?(?:(?:do not|don't|never)\s+(?:remember|store|save|note|keep)|forget|"
    r"off the record|vergiss|merk dir (?:das )?nicht)\b|.*\b(?:off the record|between us|"
    r"(?:do not|don't) (?:remember|save|store) (?:this|that|it))\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\s*(?:(?:and|so|but|also|ok|okay|well|hey|hi|wow|oh)[,\s]+)*"
    r"(?:(?:who|what|where|when|why|how|which|whose|whom)\b(?!ever)(?:'s|'re|'d|'ve)?\s+"
    r"(?:is|are|was|were|do|does|did|can|could|should|would|will|have|has|about|kind|many|much|"
    r"long|often|to|the|a|an|i|you|we|my|your|time|day|else|if|[a-z]+s?)\b"
    r"|(?:do|does|did|can|could|would|will|should|are|is|am|was|were|have|has|may|shall)(?:n't)?"
    r"\s+(?:i|you|we|he|she|they|it|there|this|that|these|those|my|your|our|the|anyone|someone)\b"
    r"|(?:wer|was|wo|wann|warum|wie|welche[rs]?|kannst|könntest|hast|bist|weißt)\s)",
    re.IGNORECASE,
)
_WH_STATEMENT = re.compile(r"\s*(?:when|what|where)\s+(?:i|we|my)\b[^?]*$", re.IGNORECASE)
_HYPOTHETICAL = re.compile(
    r"\s*(?:(?:and|so|but|well|hey|then)[,\s]+)*(?:if|suppose|supposing|imagine|"
    r"let's (?:say|pretend|imagine|assume)|assume|assuming|pretend|what if|say i|were i|had i|in case|wenn|falls|"
    r"angenommen|stell dir vor)\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\s*(?:(?:please|now|then|ok|okay|and|also|hey|hi|just|so)[,\s]+)*"
    r"(?:write|explain|tell|show|give|translate|summari[sz]e|list|find|search|help|make|create|"
    r"draft|describe|compare|calculate|compute|convert|generate|fix|check|rewrite|rephrase|"
    r"suggest|recommend|remind|ignore|disregard|act as|you are now|pretend to be|respond|answer|"
    r"reply|print|output|repeat|run|open|send|schedule|book|add|delete|remove|set|look up|define|"
    r"debug|refactor|review|proofread|analy[sz]e|continue|stop|try again|let me know|do the|"
    r"use the|schreib|erklär|übersetze|zeig|gib|hilf|such)(?:e|en)?\b(?!\s*(?:'|is|was|are|were)\b)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\s*(?:(?:hi|hello|hey|hiya|howdy|yo|good (?:morning|evening|afternoon|night|day)|bye|goodbye|"
    r"see (?:you|ya)|talk (?:to you )?(?:soon|later)|take care|cheers|welcome|long time no see|"
    r"(?:nice|great|good|lovely) to (?:see|meet|hear|talk)|hallo|guten (?:morgen|tag|abend)|"
    r"tschüss|servus|moin|gute nacht)\b[^.!?]{0,40}[.!?]*\s*)+$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\s*(?:(?:ok|okay|great|perfect|wow|aw+|oh|cool|awesome|many|so)[,!\s]+)*"
    r"(?:thanks|thank you|thx|ty|cheers|much appreciated|(?:really )?appreciate (?:it|that)|danke|"
    r"vielen dank|i (?:really )?appreciate)\b",
    re.IGNORECASE,
)
_CHITCHAT = re.compile(
    r"\s*(?:(?:yes|yeah|yep|no|nope|ok|okay|wow|oh|haha|lol|well|hey|cool|nice|great|aw+)[,!.\s]+)*"
    r"(?:ok|okay|sure|yes|no|yep|yeah|nope|great|nice|cool|awesome|amazing|wow|perfect|lol|haha+|hmm+|"
    r"exactly|right|true|totally|absolutely|definitely|indeed|sounds? (?:good|great|like|fun|"
    r"awesome|amazing|interesting)|got it|i see|i (?:totally |completely |really )?(?:agree|know|"
    r"understand|guess so|think so|hope so|get it|get that|bet|feel you|hear you|mean)|me too|"
    r"same here|no problem|no worries|never mind|my pleasure|you're (?:welcome|right|so)|"
    r"that's (?:\w+ ){0,2}(?:great|awesome|amazing|cool|nice|wonderful|true|right|fantastic|lovely|"
    r"good|fine|sweet|funny|interesting|incredible|beautiful|tough|sad|rough|fun|perfect|it|all)|"
    r"it's (?:fine|ok|okay|all good|alright)|i'm (?:so |really |very |super )?(?:fine|good|ok|okay|"
    r"sorry|glad|happy (?:for|to hear|that you)|proud of you|here for you|great|well|"
    r"(?:excited|happy) for you)|"
    r"i can't wait|can't wait|good (?:luck|idea|point|for you|question)|let's go|"
    r"let's do (?:it|this)|congrat\w*|way to go|keep (?:it up|going|up)|enjoy|have (?:a|fun)|hope (?:you|it|to|that)|"
    r"i (?:just )?(?:hope|wish) you|all good|alles klar|genau|stimmt|super)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:I|i|my|we|our|ich|mein\w*|wir)\b(?!\s*(?:appreciate|agree)\b)")


def sentence_kind(text: str) -> SentenceKind:  # noqa: PLR0911  the first kind that applies
    """What a sentence is; its text may be masked."""
    if text.count(MASK) * 2 > len(text):
        return SentenceKind.PASTED
    if _PRIVATE.match(text):
        return SentenceKind.PRIVATE
    if _EXPLICIT.match(text):
        return SentenceKind.STATEMENT
    if text.rstrip("\"')*_ ").endswith("?"):
        return SentenceKind.QUESTION
    if _HYPOTHETICAL.match(text):
        return SentenceKind.HYPOTHETICAL
    if _QUESTION.match(text) and not _WH_STATEMENT.match(text):
        return SentenceKind.QUESTION
    if _GREETING.match(text):
        return SentenceKind.GREETING
    if _REQUEST.match(text):
        return SentenceKind.REQUEST
    for kind, pattern in ((SentenceKind.THANKS, _THANKS), (SentenceKind.CHITCHAT, _CHITCHAT)):
        match = pattern.match(text)
        if match and not _FIRST_PERSON.search(text, match.end()):  # else it goes on to state
            return kind
    return SentenceKind.STATEMENT


def explicit_prefix_length(text: str) -> int:
    """How many characters "remember that" takes at the beginning of a sentence; 0 without it."""
    match = _EXPLICIT.match(text)
    return match.end() if match else 0
