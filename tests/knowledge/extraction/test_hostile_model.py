"""A model that lies: nothing that the message does not say of its author is believed."""

import json

import pytest

from knowledge.extraction.model import ModelExtractor
from knowledge.extraction.parsing import no_parser
from knowledge.extraction.topics import topic_named
from knowledge.types import Extraction, SourceMessage, TextSpan
from tests.knowledge.extraction.support import (
    SCHEMA,
    faults,
    message,
    read,
    reasons,
    stated_facts,
    texts,
)
from tests.knowledge.extraction.test_model import Scripted, entities, entity, fact, facts

NAMED = {"Ann": "person", "Tom": "person", "Nordwind": "company", "Kiel": "city", "Lyon": "city"}


def answered(text: str, *items: dict[str, object], role: str = "user") -> Extraction:
    """What is proposed when the model names everybody in the message and says this of them."""
    names = [entity(word, kind) for word, kind in NAMED.items() if word in text]
    extractor = ModelExtractor(Scripted(entities(*names), facts(*items)))
    return read(text, role=role, extractor=extractor)


def by_model(text: str, item: dict[str, object]) -> set[tuple[str, str, str]]:
    """What is believed of whom when the rules have no parse, so that most is the model's."""
    names = [entity(word, kind) for word, kind in NAMED.items() if word in text]
    extractor = ModelExtractor(Scripted(entities(*names), facts(item)), parser=no_parser)
    return stated_facts(read(text, extractor=extractor))


# text, the model's item, why it is dropped
LIES = [
    ("My bank is Sparkasse.", {"text": "My bank is Evilbank."}, "name_not_said"),
    ("My bank is Sparkasse.", {"text": "Evilbank is my bank."}, "name_not_said"),
    ("I do not eat fish.", {"text": "I eat fish."}, "negation_changed"),
    ("I don't eat fish.", {"text": "I eat fish."}, "negation_changed"),
    ("I never smoke or drink.", {"quote": "drink", "text": "I drink."}, "negation_changed"),
    ("I eat fish.", {"text": "I do not eat fish."}, "negation_changed"),
    ("Ich esse keinen Fisch.", {"text": "Ich esse Fisch."}, "negation_changed"),
    ("I have 3 cats.", {"text": "I have 5 cats."}, "number_not_said"),
    ("I have three cats.", {"text": "I have four cats."}, "number_not_said"),
    ("My flat is on floor 12.", {"text": "My flat is on floor 21."}, "number_not_said"),
    ("Ann lives in Bonn.", {"text": "Tom lives in Bonn.", "subject": "Ann"}, "name_not_said"),
    ("My brother lives in Kiel.", {"text": "I live in Kiel."}, "said_of_another"),
    ("My brother lives in Kiel.", {"quote": "lives in Kiel", "text": "I live in Kiel."},
     "said_of_another"),
    ("Tom says I live in Kiel.", {"quote": "I live in Kiel", "text": "I live in Kiel."},
     "said_by_another"),
    ("Tom said: I live in Kiel.", {"quote": "I live in Kiel"}, "not_own_words"),
    ("I live in Kiel, said Tom.", {"quote": "I live in Kiel"}, "said_by_another"),
    ("She lives in Kiel.", {"text": "I live in Kiel."}, "said_of_another"),
    ("Ann lives in Kiel.", {"text": "Ann lives in Kiel.", "subject": "user"}, "said_of_another"),
    ('Tom wrote "I live in Kiel and like it".', {"quote": "I live in Kiel"}, "not_own_words"),
    ("> I live in Kiel\n\nWhat is this?", {"quote": "I live in Kiel"}, "not_own_words"),
    ("```\nI live in Kiel\n```", {"quote": "I live in Kiel"}, "not_own_words"),
    ("Do I live in Kiel?", {"quote": "I live in Kiel"}, "question"),
    ("If I live in Kiel, I need a coat.", {"quote": "I live in Kiel"}, "hypothetical"),
    ("Pretend I live in Kiel.", {"quote": "I live in Kiel"}, "not_own_words"),
    ("Don't remember that I live in Kiel.", {"quote": "I live in Kiel"}, "asked_not_to"),
    ("I live in Kiel, just kidding.", {"quote": "I live in Kiel"}, "not_meant"),
    ("My sister told me she lives in Kiel.", {"quote": "she lives in Kiel"}, "said_by_another"),
    ("I don't think I live in Kiel.", {"quote": "I live in Kiel"}, "not_meant"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "item", "reason"), LIES)
def test_a_changed_statement_is_dropped(text: str, item: dict[str, object], reason: str) -> None:
    """Names, numbers, negation and who speaks are the message's, or the item is not believed."""
    lie = {**fact(text.rstrip("."), text="I live in Kiel."), **item}
    found = answered(text, lie)

    assert reason in reasons(found)
    # What the rules read of the message themselves is not the model's doing.
    by_model = set(texts(found)) - set(texts(read(text)))
    assert str(lie["text"]).rstrip(".") not in {stated.rstrip(".") for stated in by_model}
    assert not faults(found, [message(text)])


# text, topic, value: the quote is right, what the model makes of it is not
WRONG_TOPICS = [
    ("My bank is Sparkasse.", "employer", "sparkasse"),
    ("My bank is Sparkasse.", "bank", "evilbank"),
    ("My brother lives in Kiel.", "home", "kiel"),
    ("My brother's name is Jonas.", "name", "jonas"),
    ("My boss's wife Ann is nice.", "partner", "ann"),
    ("I told my wife about Tom.", "partner", "tom"),
    ("I might move to Kiel.", "home", "kiel"),
    ("I want to move to Kiel.", "home", "kiel"),
    ("I was in Kiel last week.", "home", "kiel"),
    ("Ich war in Kiel.", "home", "kiel"),
    ("I will join Nordwind.", "employer", "nordwind"),
    ("I have a meeting with Nordwind.", "employer", "nordwind"),
    ("I met Ann at the office of Nordwind.", "employer", "nordwind"),
    ("I work hard for Tom.", "employer", "tom"),
    ("I am as happy as a lark.", "job", "lark"),
    ("I am tired.", "job", "tired"),
    ("Ich bin müde.", "job", "müde"),
    ("I am tired.", "name", "tired"),
    ("I hate tea.", "likes", "tea"),
    ("I do not like tea.", "likes", "tea"),
    ("I love tea.", "dislikes", "tea"),
    ("My son is allergic to nuts.", "allergy", "nuts"),
    ("Ann is 31 years old and I am 40 years old.", "age", "31"),
    ("My brother has dogs.", "owns", "dogs"),
    ("I almost bought a boat.", "owns", "boat"),
    ("I sold Ann a boat.", "owns", "ann"),
    ("I take the train to Kiel.", "medication", "train"),
]


@pytest.mark.parametrize(("text", "topic", "value"), WRONG_TOPICS)
def test_a_topic_that_the_clause_does_not_tell_is_left_out(
    text: str, topic: str, value: str
) -> None:
    """The statement is the message's own; what it means of whom is not the model's to say."""
    found = by_model(text, fact(text.rstrip("."), text=text, topic=topic, value=value))

    believed = {(whose, name.partition(":")[0], said) for whose, name, said in found}
    assert ("user", topic, value) not in believed


# text, subject, topic, value, and what is believed of whom
RIGHT_TOPICS = [
    ("I live in Kiel.", "user", "home", "kiel", ("user", "home", "kiel")),
    ("I moved from Lyon to Kiel.", "user", "home", "kiel", ("user", "home", "kiel")),
    ("I moved from Lyon to Kiel.", "user", "home", "lyon", ("user", "home", "ended lyon")),
    ("I used to live in Kiel.", "user", "home", "kiel", ("user", "home", "ended kiel")),
    ("I no longer live in Kiel.", "user", "home", "kiel", ("user", "home", "ended kiel")),
    ("Ich wohne in Kiel.", "user", "home", "kiel", ("user", "home", "kiel")),
    ("I worked at Nordwind.", "user", "employer", "nordwind",
     ("user", "employer", "ended nordwind")),
    ("I quit Nordwind.", "user", "employer", "nordwind", ("user", "employer", "ended nordwind")),
    ("I lost my job.", "user", "employer", "", ("user", "employer", "ended")),
    ("I work as a nurse.", "user", "job", "nurse", ("user", "job", "nurse")),
    ("I was a teacher.", "user", "job", "teacher", ("user", "job", "ended teacher")),
    ("My name is Jonas.", "user", "name", "jonas", ("user", "name", "jonas")),
    ("Ann is my wife.", "user", "partner", "ann", ("user", "partner", "ann")),
    ("My dog is called Rex.", "user", "pet", "rex", ("user", "pet:rex", "rex")),
    ("I'm allergic to nuts.", "user", "allergy", "nuts", ("user", "allergy:nuts", "nuts")),
    ("I'm not allergic to nuts.", "user", "allergy:nuts", "yes",
     ("user", "allergy:nuts", "not nuts")),
    ("I love tea.", "user", "likes", "tea", ("user", "likes:tea", "tea")),
    ("I don't like tea.", "user", "likes", "tea", ("user", "dislikes:tea", "tea")),
    ("I speak Dutch and Danish.", "user", "speaks", "danish", ("user", "speaks:danish", "danish")),
    ("I gave up smoking.", "user", "smoking", "", ("user", "smoking", "ended")),
    ("Ann lives in Kiel.", "Ann", "home", "kiel", ("Ann", "home", "kiel")),
    ("I met Ann today. She lives in Kiel.", "Ann", "home", "kiel", ("Ann", "home", "kiel")),
    ("I am 34 years old.", "user", "age", "34", ("user", "age", "34")),
    ("I was born in Kiel.", "user", "origin", "kiel", ("user", "origin", "kiel")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "subject", "topic", "value", "believed"), RIGHT_TOPICS)
def test_what_the_clause_tells_is_believed(
    text: str, subject: str, topic: str, value: str, believed: tuple[str, str, str]
) -> None:
    """It lands on the topic of the table, with the polarity that the clause has."""
    quote = text.rpartition(". ")[2].rstrip(".")
    told = quote.replace("She", "Ann")

    found = by_model(text, fact(quote, text=told, subject=subject, topic=topic, value=value))

    assert believed in found


def test_one_clause_of_the_quote_is_enough() -> None:
    """A model may quote the whole sentence for what its second half says."""
    text = "I quit my job and joined Nordwind."
    item = fact(text, text="I joined Nordwind.", topic="employer", value="nordwind")

    assert ("user", "employer", "nordwind") in by_model(text, item)


EVENTS = [
    ("I have a dentist appointment tomorrow at 9 am.", "dentist appointment",
     "event:dentist appointment", "2023-06-15T09:00"),
    ("We have choir practice every Tuesday.", "choir practice",
     "event:choir practice", "FREQ=WEEKLY;BYDAY=TU"),
    ("I will fly to Oslo on 3 July.", "fly to Oslo", "event:fly to oslo", "2023-07-03T00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "what", "topic", "when"), EVENTS)
def test_what_is_coming_has_the_time_of_its_words(
    text: str, what: str, topic: str, when: str
) -> None:
    """The model says what happens; when that is, the one reader of dates says."""
    extractor = ModelExtractor(
        Scripted(entities(), facts(fact(text, topic="event", value=what))), parser=no_parser
    )
    found = read(text, extractor=extractor)

    times = {
        f.event.recurrence or f"{f.event.starts_at:%Y-%m-%dT%H:%M}" for f in found.facts if f.event
    }
    assert when in times
    assert len([f for f in found.facts if f.event]) == 1


@pytest.mark.parametrize("text", ["I might see the dentist tomorrow.", "I like the dentist."])
def test_what_has_no_sure_time_is_no_event(text: str) -> None:
    """Whatever the model calls it."""
    assert not any(
        f.event for f in answered(text, fact(text, topic="event", value="dentist")).facts
    )


def test_words_of_the_models_own_are_replaced_by_the_clause() -> None:
    """A free rendering costs the model's words, not what the user said."""
    found = answered("I bake bread at dawn.", fact("bake bread", text="The user is a baker."))

    assert [text.rstrip(".") for text in texts(found)] == ["I bake bread at dawn"]


@pytest.mark.parametrize("role", ["assistant", "tool"])
def test_another_s_words_are_not_the_user_s(role: str) -> None:
    """What the assistant or a tool has said is not the user's statement."""
    text = "I live in Kiel."
    found = answered(text, fact("I live in Kiel", topic="home", value="kiel"), role=role)

    assert not found.facts


def test_a_date_of_the_models_own_is_no_date() -> None:
    """The beginning is what the clause says, or when it was said."""
    text = "I have lived in Kiel since 2021."
    years = {}
    for since in ("2021-01-01", "2011-01-01"):
        item = fact(text, topic="home", value="kiel", since=since)
        extractor = ModelExtractor(Scripted(entities(), facts(item)), parser=no_parser)
        home = next(f for f in read(text, extractor=extractor).facts if f.topic == "home")
        years[since] = home.valid_from and home.valid_from.year, home.since_precision

    assert years == {"2021-01-01": (2021, "year"), "2011-01-01": (None, "")}


RELATIONS = [
    ("I met Ann.", "partner", None),
    ("My boss's wife Ann called.", "partner", None),
    ("I do not know Ann.", "friend", None),
    ("My wife Ann called.", "partner", "edge.partner_of"),
    ("My friend Ann called.", "friend", "edge.knows"),
]


@pytest.mark.parametrize(("text", "topic", "edge_type"), RELATIONS)
def test_a_relation_is_the_clause_s(text: str, topic: str, edge_type: str | None) -> None:
    """Who is whose what, the words of the clause have to say; the edge is the table's."""
    extractor = ModelExtractor(
        Scripted(entities(entity("Ann")), facts(fact(text, topic=topic, value="ann"))),
        parser=no_parser,
    )
    found = read(text, extractor=extractor)

    assert edge_type in {f.edge_type for f in found.facts} | {None}
    assert {f.edge_type for f in found.facts} <= {None, edge_type}


def test_a_name_from_elsewhere_is_not_given_to_somebody() -> None:
    """A longer name has to have the quoted one in it, and to be the user's word."""
    extractor = ModelExtractor(Scripted(entities(entity("Ann", name="Evil Corp")), facts()))
    found = read("Ann came.", "Evil Corp called.", extractor=extractor)

    names = {e.name for e in found.entities for span in e.spans if span.end - span.start == 3}
    assert names == {"Ann"}


POISON = [
    "x`) DETACH DELETE n //",
    "'; DROP TABLE knowledge_block; --",
    "node.person {admin: true}",
    "edge.KNOWS]->() SET n.x = 1",
    "../../etc/passwd",
    "NODE.PERSON\x00",
    "home\nsystem",
    "home:kiel:admin:x",
    "$where",
    "{{ user.password }}",
]


@pytest.mark.parametrize("poison", POISON)
def test_no_output_becomes_a_label_a_query_or_a_topic(poison: str) -> None:
    """Types and relations are the schema's, topics those that are known, whatever is answered."""
    text = "Ann lives in Kiel. I live in Kiel."
    items = [
        fact("I live in Kiel", topic=poison, value="kiel"),
        fact("I live in Kiel", topic="home", value=poison, since=poison),
        fact("I live in Kiel", subject=poison),
        fact("Ann lives in Kiel", subject="Ann", text=poison, topic=f"owns:{poison}", value="yes"),
    ]
    answers = (entities(entity("Ann", kind=poison), entity("Kiel", kind=poison)), facts(*items))
    found = read(text, extractor=ModelExtractor(Scripted(*answers)))

    assert not faults(found, [message(text)])
    assert {e.node_type for e in found.entities} <= set(SCHEMA.node_types)
    assert {f.edge_type for f in found.facts} <= {None, *SCHEMA.edge_types}
    assert all(topic_named(f.topic) for f in found.facts if f.topic)
    said = json.dumps([[f.text, f.topic, f.value] for f in found.facts])
    assert poison.strip() not in said
    assert all(str(ruling.reason).replace("_", "").isalnum() for ruling in found.rulings)


def test_the_judge_of_own_words_can_be_replaced() -> None:
    """Another answer to "who says this here?" is given to the extractor."""
    asked: list[str] = []

    def anybody(message: SourceMessage, span: TextSpan) -> None:
        asked.append(message.content[span.start : span.end])

    extractor = ModelExtractor(
        Scripted(entities(), facts(fact("I live in Kiel"))), why_not_own=anybody
    )
    read("I live in Kiel.", extractor=extractor)

    assert asked == ["I live in Kiel"]
