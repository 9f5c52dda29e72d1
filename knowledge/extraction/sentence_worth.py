"""Whether a sentence that no frame understood is worth a fact of its own."""

# ruff: noqa: E501  patterns of alternatives

import re

from knowledge.extraction.words import word_list

MIN_CONTENT_WORDS = 2
MIN_CONTENT_WORDS_TO_ASSISTANT = 4  # of a sentence with "you" in it

SAYS_I = re.compile(r"\b(?:I|i|I'[a-z]+|my|My|me|we|We|our|Our|us|ich|Ich|[Mm]ein\w*|wir)\b")
_VERB = re.compile(
    r"\b(?:\w{2,}ed|am|is|are|was|were|went|got|had|have|has|made|did|took|came|saw|met|bought|ran|"
    r"found|gave|began|won|lost|wrote|read|sold|left|spent|taught|built|said|told|heard|felt|kept|"
    r"grew|knew|thought|broke|drove|ate|flew|sent|paid|swam|sang|chose|caught|fell|held|led|hurt|"
    r"put|set|cut|love|like|hate|want|need|plan|work|live|play|use|go|going|will|'ll|'ve|'m|'s|"
    r"bin|ist|habe|hat|war|wohne|arbeite|mag|möchte|werde|fahre|gehe)\b|'(?:ve|m|ll|s|re)\b"
)
_TALK = re.compile(
    r"\b(?:you|your|you're|you've|yours|yourself|u|dein\w*|du|dich|dir|Sie)\b", re.IGNORECASE
)
_SMALL_TALK = word_list("small_talk")
# What only makes sense beside the message before it, or says how somebody feels about it.
_VAGUE = re.compile(
    r"\s*(?:(?:yeah|yes|yep|well|so|and|but|plus|wow|oh|also|thanks|no|haha|honestly|absolutely|"
    r"definitely|sure|true|right)[,!.\s-]+)*(?:it|it's|its|that|that's|this|these|those|they|they're|"
    r"their|there's|there|let's|lets|we can|we got|we all|we should|we'll|life|everyone|people|nothing|"
    r"something|moments?|he|she|his|her|him|which|makes|don't|can't|i'll|i can|"
    r"(?:i'm|i am|i was|i feel|i felt) (?:so |really |very |super |just |also |always |truly )*(?:sure|glad|"
    r"thankful|grateful|happy|proud|excited|impressed|lucky|blessed|touched|amazed|inspired|here|"
    r"honou?red|pumped|stoked|curious|curious|all|so|determined|fulfilled|ready)|i (?:really |totally |"
    r"definitely |completely )*(?:hope|wish|agree|get|know|understand|think|guess|bet|mean|see|"
    r"believe|appreciate|admire|can))\b",
    re.IGNORECASE,
)


def tells_enough(text: str, language: str, *, is_specific: bool) -> bool:
    """True when the sentence says something of somebody that is worth remembering as it is.

    `is_specific` tells that it names something or has a date.
    """
    if language not in ("en", "de") or not _VERB.search(text):
        return False
    is_specific = is_specific or re.search(r"\d", text) is not None
    is_to_assistant = _TALK.search(text) is not None
    if not is_specific and (is_to_assistant or _VAGUE.match(text)):
        return False
    words = {word for word in re.findall(r"[^\W_][\w'-]*", text.lower()) if word not in _SMALL_TALK}
    if is_to_assistant and len(words) < MIN_CONTENT_WORDS_TO_ASSISTANT:
        return False
    return (is_specific or SAYS_I.search(text) is not None) and len(words) >= MIN_CONTENT_WORDS
