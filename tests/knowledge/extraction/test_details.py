"""What a fact carries besides its topic: text, time, relation, span, confidence."""

from datetime import UTC, datetime

import pytest

from knowledge.extraction.port import KnownEntity
from knowledge.types import ProposedFact, Trust
from tests.knowledge.extraction.support import names, read, reasons, stated_facts, texts


def _fact(text: str, topic: str) -> ProposedFact:
    return next(fact for fact in read(text).facts if fact.topic == topic)


@pytest.mark.parametrize(
    ("text", "topic", "edge"),
    [
        ("My sister Ann is here.", "sibling:ann", "edge.knows"),
        ("My wife is Maria.", "partner", "edge.partner_of"),
        ("I work at Siemens.", "employer", "edge.affiliated_with"),
        ("I live in Lyon.", "home", "edge.related_to"),
        ("My dog Rex barks.", "pet:rex", "edge.owns"),
        ("I'm a member of the Alpine Club.", "membership:alpine club", "edge.member_of"),
        ("I no longer live in Lyon.", "home", None),
        ("Ann is not my sister.", "sibling:ann", None),
        ("I prefer tea.", "likes:tea", None),
    ],
)
def test_a_relation_is_one_of_the_schema(text: str, topic: str, edge: str | None) -> None:
    """Where the schema has a relation for the fact, it is proposed; what is over has none."""
    assert _fact(text, topic).edge_type == edge


@pytest.mark.parametrize(
    ("text", "topic", "since"),
    [
        ("I moved to Lyon in May.", "home", datetime(2023, 5, 1, tzinfo=UTC)),
        ("I moved to Lyon last year.", "home", datetime(2022, 1, 1, tzinfo=UTC)),
        ("I have lived in Lyon since 2016.", "home", datetime(2016, 1, 1, tzinfo=UTC)),
        ("I've lived in Lyon for five years.", "home", datetime(2018, 1, 1, tzinfo=UTC)),
        ("I started working at Bosch yesterday.", "employer", datetime(2023, 6, 13, tzinfo=UTC)),
        ("I live in Lyon.", "home", None),
    ],
)
def test_a_fact_holds_from_the_date_that_is_said(
    text: str, topic: str, since: datetime | None
) -> None:
    """Relative dates count from the message; without one the fact holds from when it was said."""
    assert _fact(text, topic).valid_from == since


def test_a_time_that_is_over_has_an_end() -> None:
    """From 2010 to 2015 is an interval."""
    fact = _fact("I lived in Rome from 2010 to 2015.", "home")

    assert (fact.valid_from, fact.valid_to) == (
        datetime(2010, 1, 1, tzinfo=UTC),
        datetime(2015, 1, 1, tzinfo=UTC),
    )


def test_the_span_is_what_was_said() -> None:
    """The characters of the span are the statement in the message."""
    text = "Good morning! By the way, my sister Ann moved."
    fact = _fact(text, "sibling:ann")

    assert text[fact.span.start : fact.span.end] == "my sister Ann"


def test_the_user_is_believed() -> None:
    """What the user says is trusted as the user's word."""
    assert _fact("I live in Lyon.", "home").trust == Trust.USER_SAID


def test_doubt_lowers_confidence() -> None:
    """ "I think" makes a statement less sure."""
    sure, unsure = _fact("I live in Lyon.", "home"), _fact("I think I live in Lyon.", "home")

    assert unsure.confidence < sure.confidence


def test_being_told_to_remember_raises_confidence() -> None:
    """What the user wants remembered is sure."""
    assert _fact("Remember that I prefer tea.", "likes:tea").confidence >= 0.95


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I moved to Lyon in May", "I live in Lyon."),
        ("My sister Ann is here.", "Ann is my sister."),
        ("Caroline: I moved to Sweden.", "Caroline lives in Sweden."),
        ("I don't like coffee any more.", "I don't like coffee any more."),
        (
            "I visited the zoo with my kids yesterday.",
            "I visited the zoo with my kids yesterday (13 June 2023).",
        ),
        (
            "Mel: I ran a charity race last Saturday.",
            "Mel ran a charity race last Saturday (10 June 2023).",
        ),
    ],
)  # fmt: skip
def test_a_fact_is_readable_alone(text: str, expected: str) -> None:
    """Its text says who and when."""
    assert expected in texts(read(text))


@pytest.mark.parametrize(
    ("text", "expected", "valid_from"),
    [
        ("We sailed to Usedom the week before last.", "last (week of 29 May 2023).", "2023-05-29"),
        ("I cycled to Leipzig in the last two weeks.", "in the last two weeks.", None),
    ],
)
def test_a_sentence_holds_from_its_date(text: str, expected: str, valid_from: str | None) -> None:
    """ "The last two weeks" are no beginning."""
    (fact,) = read(text).facts

    assert expected in fact.text
    assert (fact.valid_from and fact.valid_from.date().isoformat()) == valid_from


def test_known_names_are_used_again() -> None:
    """A name that the memory has is a mention of that entity."""
    known = [KnownEntity("id-1", "Annabel Lee", "node.person", aliases=("Annie",))]
    found = read("annie is here, I mean Annie.", known=known)

    assert {mention.entity_key for mention in found.mentions} == {"id-1"}


def test_a_longer_name_of_somebody_known_is_read_whole() -> None:
    """Whoever resolves names decides whether it is theirs."""
    known = [KnownEntity("id-1", "Nadine", "node.person")]

    assert names(read("Nadine Kowalski called, she is ill.", known=known)) == {"Nadine Kowalski"}
    assert names(read("Nadine called on Monday.", known=known)) == {"Nadine"}


def test_a_short_form_of_somebody_known_is_a_name() -> None:
    """At the beginning of a sentence as well, where a capital tells nothing."""
    known = [KnownEntity("id-1", "Theobald Frey", "node.person")]

    assert "Theo" in names(read("Theo is moving to Porto in May.", known=known))


def test_the_own_address_is_nobody() -> None:
    """When the user is known already."""
    known = [KnownEntity("me", "Caroline", "node.person", is_user=True)]

    assert names(read("My new email is c.lind@post.example.", known=known)) == set()


def test_the_assistant_may_mention_whom_the_memory_knows() -> None:
    """An answer links to known entities only."""
    known = [KnownEntity("id-1", "Ann", "node.person")]
    found = read("Ann and Bertram are siblings.", role="assistant", known=known)

    assert names(found) == {"Ann"}


def test_the_user_of_the_memory_is_the_speaker() -> None:
    """First person is the known user, by their key; a label with the user's name is them too."""
    known = [KnownEntity("me", "Caroline", "node.person", is_user=True)]
    found = read("I live in Lyon.", "Caroline: I work at Bosch.", known=known)

    assert {fact.about[0] for fact in found.facts} == {"me"}


def test_identifiers_are_of_whom_they_are_said() -> None:
    """An e-mail address identifies its owner."""
    found = read("Ann's email is ann@example.org.")
    ann = next(entity for entity in found.entities if entity.name == "Ann")

    assert ann.identifiers == ("ann@example.org",)


@pytest.mark.parametrize(
    ("text", "name", "node_type"),
    [
        ("I flew to Japan.", "Japan", "node.country"),
        ("We met in Lyon.", "Lyon", "node.city"),
        ("I talked to Sarah.", "Sarah", "node.person"),
        ("I was at Oxford University.", "Oxford University", "node.institution"),
        ("We saw the Grand Canyon.", "Grand Canyon", "node.place"),
        ('I am reading "Becoming Nicole" now.', "Becoming Nicole", "node.document"),
        ("I love #hiking.", "#hiking", "node.concept"),
        ("See https://example.org/a?b=1.", "example.org/a?b=1", "node.document"),
        ("I went to the Boston Marathon.", "Boston Marathon", "node.event"),
        ("I saw Dr. Huxtable.", "Huxtable", "node.person"),
        ("I had drinks with Lufthansa people.", "Lufthansa", "node.company"),
        ("We met with Zopfli people.", "Zopfli", "node.company"),
        ("Gran is in St. Bride's again.", "St. Bride's", "node.institution"),
        ("We moved to St. Goar.", "St. Goar", "node.place"),
        ("I met E. M. Sandoval at the fair.", "E. M. Sandoval", "node.person"),
        ("My stack is Flask with Redis.", "Redis", "node.concept"),
        (
            "I read Basil and the Copper Kettle twice.",
            "Basil and the Copper Kettle",
            "node.document",
        ),
    ],
)
def test_names_have_a_type(text: str, name: str, node_type: str) -> None:
    """What a name names is told by lists and by the words around it."""
    found = {entity.name: entity.node_type for entity in read(text).entities}

    assert found.get(name) == node_type


@pytest.mark.parametrize(
    "text",
    [
        "Painting is fun. However, Monday was sad.",
        "Wow! Thanks! Absolutely!",
        "I'M SO HAPPY TODAY AND EVERYTHING IS GOOD",
        "Das Haus hat einen Garten und die Katze schläft.",
        "`Foo` and\n```\nBar Baz\n```",
    ],
)
def test_what_only_looks_like_a_name_is_none(text: str) -> None:
    """Capitals at the start of a sentence, in German nouns and in code name nobody."""
    assert not names(read(text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Hello!", "greeting"),
        ("Good morning", "greeting"),
        ("Thanks a lot!", "thanks"),
        ("Sounds good.", "chitchat"),
        ("ok", "chitchat"),
        ("What is the capital of France?", "question"),
        ("how do I sort a list in python", "question"),
        ("Write me a poem about the sea.", "request"),
        ("If I were rich I would travel.", "hypothetical"),
        ("Forget that I live in Paris.", "asked_not_to"),
        ("Off the record, I hate my boss.", "asked_not_to"),
        ("```\nprint(1)\n```", "not_own_words"),
        ("> someone else's words", "not_own_words"),
        ("👍", "empty"),
        ("It is what it is.", "nothing_stated"),
    ],
)
def test_trivia_stay_out_with_a_reason(text: str, reason: str) -> None:
    """Nothing of it is a fact, and the ruling says why."""
    found = read(text)

    assert not found.facts
    assert reasons(found) == {reason}


def test_every_message_has_a_fact_or_a_ruling() -> None:
    """Whatever was said, it is known what became of it."""
    found = read("Hello", "I live in Lyon.", "Who are you?")
    told_of = {f.span.message_id for f in found.facts} | {r.message_id for r in found.rulings}

    assert len(told_of) == 3


def test_the_same_statement_twice_is_one_fact() -> None:
    """A message that repeats itself is remembered once."""
    assert len(stated_facts(read("I live in Lyon. I live in Lyon."))) == 1
