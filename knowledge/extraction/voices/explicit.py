"""What a message says outright to the memory, as proposals: wishes, and secrets to keep apart."""

from collections.abc import Sequence

from knowledge.extraction.voices.parts import Stretch, Voice, VoicedSentence
from knowledge.extraction.voices.secrets import Secret, read_secrets
from knowledge.extraction.voices.stretches import read_stretches
from knowledge.extraction.voices.text import strip_unprintable
from knowledge.extraction.voices.wishes import Wish, WishKind, read_wishes
from knowledge.types import ForgetWish, ProposedFact, SourceMessage, TextSpan, Trust

STANDING_CONFIDENCE = 0.95
SECRET_CONFIDENCE = 0.95
STANDING_TOPICS = frozenset({"call_me", "language", "unit_style", "answer_style"})
MAX_EXPLICIT = 40  # of one message


def propose_explicit(
    message: SourceMessage,
    user_key: str,
    sentences: Sequence[VoicedSentence] | None = None,
) -> tuple[Sequence[ProposedFact], Sequence[ForgetWish]]:
    """What the user wants remembered word for word, standing wishes and secrets; and to forget."""
    secrets = own_secrets(message.content)
    facts = [_secret_fact(message, user_key, secret) for secret in secrets]
    forget_wishes: list[ForgetWish] = []
    for wish in read_wishes(message.content, sentences):
        span = TextSpan(message.id, wish.start, wish.end)
        if wish.kind is WishKind.FORGET:
            forget_wishes.append(ForgetWish(span=span, what=strip_unprintable(wish.text)))
        elif wish.kind is WishKind.STANDING:
            facts.append(_standing_fact(span, user_key, wish))
        else:
            facts.append(_kept_fact(span, user_key, wish, secrets))
            # "Remember that I prefer short answers" is to be minded, too.
            within = [one for one in read_wishes(wish.text) if one.kind is WishKind.STANDING]
            facts += [_standing_fact(span, user_key, one) for one in within]
    return facts[:MAX_EXPLICIT], forget_wishes[:MAX_EXPLICIT]


def is_standing_wish(topic: str | None) -> bool:
    """True when facts of the topic say how the user wants to be answered."""
    return topic is not None and topic.split(":")[0] in STANDING_TOPICS


def own_secrets(content: str) -> Sequence[Secret]:
    """The real secrets of a message: none in a story, in code only keys by their looks."""
    stretches = read_stretches(content)
    return [secret for secret in read_secrets(content) if _is_real(secret, stretches)]


def _is_real(secret: Secret, stretches: Sequence[Stretch]) -> bool:
    voice = next(
        (one.voice for one in stretches if one.start <= secret.value_start < one.end), Voice.OWN
    )
    if voice is Voice.CODE:
        return secret.is_by_looks
    return voice is not Voice.FICTION


def _secret_fact(message: SourceMessage, user_key: str, secret: Secret) -> ProposedFact:
    clause = message.content[secret.start : secret.end]
    text = clause if secret.start < secret.value_start else f"{secret.thing}: {secret.value}"
    return ProposedFact(
        text=_as_sentence(text),
        span=TextSpan(message.id, secret.start, secret.end),
        about=(user_key,),
        trust=Trust.USER_SAID,
        confidence=SECRET_CONFIDENCE,
        topic=f"secret:{strip_unprintable(secret.thing).casefold()}",
        value=strip_unprintable(secret.value),
        single_valued=True,
        is_secret=True,
    )


def _standing_fact(span: TextSpan, user_key: str, wish: Wish) -> ProposedFact:
    return ProposedFact(
        text=_as_sentence(wish.text),
        span=span,
        about=(user_key,),
        trust=Trust.USER_SAID,
        confidence=STANDING_CONFIDENCE,
        topic=wish.topic,
        value=strip_unprintable(wish.value),
        single_valued=True,
    )


def _kept_fact(
    span: TextSpan, user_key: str, wish: Wish, secrets: Sequence[Secret]
) -> ProposedFact:
    text = strip_unprintable(wish.text)
    return ProposedFact(
        text=text[:1].upper() + text[1:],
        span=span,
        about=(user_key,),
        trust=Trust.CONFIRMED,
        confidence=1.0,
        is_secret=any(
            secret.value_start < span.end and span.start < secret.value_end for secret in secrets
        ),
    )


def _as_sentence(text: str) -> str:
    words = " ".join(strip_unprintable(text).split())
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")
