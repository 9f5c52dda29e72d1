"""Which verbs of an English parse make a clause, whose they are, and what they depend on."""

from knowledge.extraction.english.lexicon import small_words
from knowledge.extraction.english.verbs import lemma_of, own_subject
from knowledge.extraction.parsing import Document, Token

MAX_HOPS = 5  # from a verb to the one whose subject it shares

_VERBS = frozenset({"VERB", "AUX"})
_HEADS = frozenset({"ROOT", "conj", "ccomp", "advcl", "parataxis", "dep"})
_SHARES_SUBJECT = frozenset({"conj", "advcl", "ccomp", "xcomp"})
# "I moved, I think": these may stand behind what is said.
_TELLS_BEHIND = frozenset(("say", "think", "guess", "believe", "hope", "tell", "suppose", "claim"))


def clause_heads(document: Document) -> list[Token]:
    """The verbs that each make a clause, in order."""
    return [token for token in document if _is_clause_head(token)]


def _is_clause_head(token: Token) -> bool:
    if token.dep_ not in _HEADS or (token.pos_ not in _VERBS and token.tag_[:2] != "VB"):
        return False
    if token.dep_ == "conj":
        return _is_joined_head(token)
    subject = own_subject(token)
    if token.dep_ == "advcl" and token.tag_ == "VBG" and subject is None:
        # "I have low iron, taking 40 mg": a clause of its own when it has an object.
        return (
            token.i > token.head.i
            and token.i > 0
            and token.nbor(-1).text == ","
            and any(child.dep_ == "dobj" for child in token.children)
        )
    if token.dep_ in ("advcl", "dep"):
        return subject is not None or token.tag_ in ("VBD", "VBZ", "VBP")
    if token.dep_ == "ccomp":
        return subject is not None or token.i < token.head.i
    return True


def _is_joined_head(token: Token) -> bool:
    """True in "likes jazz and dislikes opera"; not in "to eat and drink" below another verb."""
    if (
        token.tag_ in ("VB", "VBP")
        and not any(not child.is_punct for child in token.children)
        and token.head.lemma_ == "be"
    ):
        return False  # a noun that is read as a verb
    head = token.head
    while head.dep_ == "conj":
        head = head.head
    subject = own_subject(token)
    if head.dep_ not in _HEADS and not subject:
        return False
    return (
        token.tag_ != "VBG"
        or subject is not None
        or any(child.dep_ in ("aux", "auxpass") for child in token.children)
        or head.tag_ == "VBG"
    )


def subject_of(verb: Token) -> Token | None:
    """The verb's subject, carried over "and" and "but"."""
    current = verb
    for _ in range(MAX_HOPS):
        subject = own_subject(current)
        if subject is not None:
            is_first = subject.lower_ in ("i", "we", "you", "they")
            # "can't stand it, tastes like soap": the verb tells that it has another subject.
            is_another = current != verb and is_first and _is_third_person(verb)
            return None if is_another else subject
        if current.dep_ not in _SHARES_SUBJECT or current.head == current:
            return None
        current = current.head
    return None


def _is_third_person(verb: Token) -> bool:
    first = next((child for child in verb.children if child.dep_ in ("aux", "auxpass")), verb)
    return bool(first.tag_ == "VBZ")


def verbs_above(verb: Token) -> tuple[list[str], Token | None]:
    """The verbs on which the clause depends as what is said or thought, and who says it."""
    found: list[str] = []
    teller = None
    current = verb
    while current.head != current:
        head = current.head
        if current.dep_ == "ccomp" and head.pos_ in _VERBS | {"ADJ"}:
            is_before = current.i < head.i and not any(
                child.dep_ == "mark" for child in current.children
            )
            if not is_before or lemma_of(head) in _TELLS_BEHIND:
                if any(child.dep_ == "neg" for child in head.children):
                    found.append("not")
                found.append(lemma_of(head))
                if any(
                    child.lower_ in small_words("modal")
                    for child in head.children
                    if child.dep_ == "aux"
                ):
                    found.append("would")
                if teller is None:
                    teller = subject_of(head)
        elif current.dep_ == "conj" and head.pos_ not in _VERBS:
            break
        current = head
    return found, teller
