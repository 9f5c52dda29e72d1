"""A model that lies: nothing that the message does not say of its author is believed."""

import json

import pytest

from knowledge.extraction.model import ModelExtractor
from knowledge.extraction.vocabulary import TOPICS
from knowledge.types import Extraction, SourceMessage, TextSpan
from tests.knowledge.extraction.support import SCHEMA, faults, message, read, reasons, texts
from tests.knowledge.extraction.test_model import Scripted, entities, entity, fact, facts


def answered(text: str, *items: dict[str, object], role: str = "user") -> Extraction:
    """What is proposed when the model names everybody in the message and says this of them."""
    names = [entity(word) for word in ("Ann", "Tom", "Nordwind") if word in text]
    extractor = ModelExtractor(Scripted(entities(*names), facts(*items)))
    return read(text, role=role, extractor=extractor)


def structured(found: Extraction) -> set[tuple[str, str]]:
    """Topics and values that the model's facts have."""
    return {(f.topic, f.value or "") for f in found.facts if f.topic}


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


# text, subject, topic, value: the quote is right, what the model makes of it is not
WRONG_TOPICS = [
    ("My bank is Sparkasse.", "user", "employer", "sparkasse"),
    ("My bank is Sparkasse.", "user", "bank", "evilbank"),
    ("My brother lives in Kiel.", "user", "home", "kiel"),
    ("My brother's name is Jonas.", "user", "name", "jonas"),
    ("My boss's wife Ann is nice.", "user", "partner", "ann"),
    ("I told my wife about Tom.", "user", "partner", "tom"),
    ("I used to live in Kiel.", "user", "home", "kiel"),
    ("I moved from Kiel to Lyon.", "user", "home", "kiel"),
    ("I might move to Kiel.", "user", "home", "kiel"),
    ("I worked at Nordwind.", "user", "employer", "nordwind"),
    ("I stopped working at Nordwind.", "user", "employer", "nordwind"),
    ("I was a teacher.", "user", "job", "teacher"),
    ("I am as happy as a lark.", "user", "job", "lark"),
    ("I hate tea.", "user", "preference:tea", "likes"),
    ("I do not like tea.", "user", "preference:tea", "likes"),
    ("I love tea.", "user", "preference:tea", "dislikes"),
    ("I am not allergic to nuts.", "user", "allergy:nuts", "yes"),
    ("My son is allergic to nuts.", "user", "allergy:nuts", "yes"),
    ("Ann is 31 years old and Tom is 32 years old.", "Ann", "age", "32"),
    ("Ann is 31 years old and I am 40 years old.", "user", "age", "31"),
    ("I met Ann at the office of Nordwind.", "user", "employer", "nordwind"),
    ("My brother has dogs.", "user", "has:dogs", "yes"),
    ("I am tired.", "user", "name", "tired"),
]


@pytest.mark.parametrize(("text", "subject", "topic", "value"), WRONG_TOPICS)
def test_a_topic_that_the_clause_does_not_tell_is_left_out(
    text: str, subject: str, topic: str, value: str
) -> None:
    """The statement is the message's own; what it means of whom is not the model's to say."""
    item = fact(text.rstrip("."), text=text, subject=subject, topic=topic, value=value)
    found = answered(text, item)

    by_rules = {(f.about[:1], f.topic, f.value) for f in read(text).facts}
    believed = [f for f in found.facts if (f.about[:1], f.topic, f.value) not in by_rules]
    assert (topic, value) not in {(f.topic, f.value) for f in believed}


RIGHT_TOPICS = [
    ("I live in Kiel.", "The user lives in Kiel.", "user", "home", "kiel"),
    ("I moved from Lyon to Kiel.", "I moved from Lyon to Kiel.", "user", "home", "kiel"),
    (
        "I quit my old job and joined Nordwind.",
        "I joined Nordwind.",
        "user",
        "employer",
        "nordwind",
    ),
    ("I work as a nurse.", "The user works as a nurse.", "user", "job", "nurse"),
    ("My name is Jonas.", "The user's name is Jonas.", "user", "name", "jonas"),
    ("My wife Ann is a teacher.", "My wife Ann is a teacher.", "user", "partner", "ann"),
    ("Ann is my wife.", "Ann is the user's wife.", "user", "partner", "ann"),
    ("I'm allergic to nuts.", "I am allergic to nuts.", "user", "allergy:nuts", "yes"),
    ("I love tea.", "The user loves tea.", "user", "preference:tea", "likes"),
    ("I don't like tea.", "I do not like tea.", "user", "preference:tea", "dislikes"),
    ("Ann lives in Kiel.", "Ann lives in Kiel.", "Ann", "home", "kiel"),
    ("My sister Ann lives in Kiel.", "My sister Ann lives in Kiel.", "Ann", "home", "kiel"),
    ("I met Ann today. She lives in Kiel.", "Ann lives in Kiel.", "Ann", "home", "kiel"),
    ("I am 34 years old.", "The user is 34 years old.", "user", "age", "34"),
    ("I was born in Kiel.", "I was born in Kiel.", "user", "birthplace", "kiel"),
    ("Ich wohne in Kiel.", "Ich wohne in Kiel.", "user", "home", "kiel"),
]


@pytest.mark.parametrize(("text", "told", "subject", "topic", "value"), RIGHT_TOPICS)
def test_what_the_clause_tells_is_believed(
    text: str, told: str, subject: str, topic: str, value: str
) -> None:
    """A model that reads rightly is not hindered."""
    quote = text.rpartition(". ")[2].rstrip(".")
    found = answered(text, fact(quote, text=told, subject=subject, topic=topic, value=value))

    assert told in texts(found)
    assert (topic, value) in structured(found)


def test_words_of_the_models_own_are_replaced_by_the_clause() -> None:
    """A free rendering costs the model's words, not what the user said."""
    found = answered("I bake bread at dawn.", fact("bake bread", text="The user is a baker."))

    assert texts(found) == ["I bake bread at dawn"]


@pytest.mark.parametrize("role", ["assistant", "tool"])
def test_another_s_words_are_not_the_user_s(role: str) -> None:
    """What the assistant or a tool has said is not the user's statement."""
    text = "I live in Kiel."
    found = answered(text, fact("I live in Kiel", topic="home", value="kiel"), role=role)

    assert not found.facts


def test_a_date_of_the_models_own_is_no_date() -> None:
    """The beginning is what the clause says, or when it was said."""
    text = "I have lived in Kiel since 2021."
    right = answered(text, fact("I have lived in Kiel since 2021", since="2021-01-01"))
    wrong = answered(text, fact("I have lived in Kiel since 2021", since="2011-01-01"))

    assert [f.valid_from.year for f in right.facts if f.valid_from and not f.topic] == [2021]
    assert [f.valid_from for f in wrong.facts if not f.topic] == [None]


RELATIONS = [
    ("I met Ann.", "user", "Ann", "partner_of", False),
    ("My boss Ann knows Tom.", "user", "Tom", "knows", False),
    ("My boss's wife Ann called.", "user", "Ann", "partner_of", False),
    ("I do not know Ann.", "user", "Ann", "knows", False),
    ("I met Ann.", "user", "Ann", "knows", True),
    ("My wife Ann called.", "user", "Ann", "partner_of", True),
]


@pytest.mark.parametrize(("text", "source", "target", "relation", "is_so"), RELATIONS)
def test_a_relation_is_the_clause_s(
    text: str, source: str, target: str, relation: str, is_so: bool
) -> None:
    """Who is whose what, the words of the clause have to say."""
    item = fact(text.rstrip("."), text=text, subject=source, object=target, relation=relation)
    found = answered(text, item)

    edges = {f.edge_type for f in found.facts if not f.topic}
    assert (f"edge.{relation}" in edges) is is_so


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
        fact("I live in Kiel", topic=poison, value="kiel", relation=poison, object="Ann"),
        fact("I live in Kiel", topic="home", value=poison, since=poison),
        fact("I live in Kiel", subject=poison, object=poison, relation="knows"),
        fact("Ann lives in Kiel", subject="Ann", text=poison, topic=f"has:{poison}", value="yes"),
    ]
    answers = (entities(entity("Ann", kind=poison), entity("Kiel", kind=poison)), facts(*items))
    found = read(text, extractor=ModelExtractor(Scripted(*answers)))

    assert not faults(found, [message(text)])
    assert {e.node_type for e in found.entities} <= set(SCHEMA.node_types)
    assert {f.edge_type for f in found.facts} <= {None, *SCHEMA.edge_types}
    heads = {f.topic.partition(":")[0] for f in found.facts if f.topic}
    assert heads <= TOPICS
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
