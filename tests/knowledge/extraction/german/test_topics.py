"""What German sentences say of the user and of others, by topic."""

import pytest

from knowledge.extraction.port import KnownEntity
from knowledge.types import Trust
from tests.knowledge.extraction.support import read, stated_facts

SAID_OF_USER = [
    ("Ich wohne seit zwei Jahren in Berlin.", "home", "berlin"),
    ("Ich bin letzten Mai nach Hamburg gezogen.", "home", "hamburg"),
    ("Zuhause bin ich in Lüneburg.", "home", "lüneburg"),
    ("Ich stamme ursprünglich aus Bozen.", "origin", "bozen"),
    ("Ich arbeite bei Siemens.", "employer", "siemens"),
    ("Im Mai habe ich bei Miele angefangen.", "employer", "miele"),
    ("Ich bin von Beruf Optikerin.", "job", "optikerin"),
    ("Ich bin jetzt selbständig als Gärtner.", "job", "gärtner"),
    ("Ich heiße Jonas.", "name", "jonas"),
    ("Ich bin 34 Jahre alt.", "age", "34"),
    ("Ich bin 1,79 groß.", "height", "1,79"),
    ("Ich wiege 82,5 kg.", "weight", "82,5 kg"),
    ("Am 4. Juni 1988 bin ich geboren.", "birthday", "1988-06-04"),
    ("Ich studiere Jura in Passau.", "studies:jura", "jura"),
    ("Meine Schwester heißt Ann.", "sibling:ann", "ann"),
    ("Robert ist mein Nachbar.", "contact:robert", "robert"),
    ("Unsere Zwillinge heißen Anton und Clara.", "child:clara", "clara"),
    ("Emma, unsere Große, hat Masern.", "child:emma", "emma"),
    ("Wir haben einen Hasen namens Puschel.", "pet:puschel", "puschel"),
    ("Ich bin mit Sabine verheiratet.", "partner", "sabine"),
    ("Ich bin allergisch gegen Nüsse.", "allergy:nüsse", "nüsse"),
    ("Milch vertrage ich nicht.", "allergy:milch", "milch"),
    ("Ich habe Diabetes.", "condition:diabetes", "diabetes"),
    ("Morgens nehme ich Ramipril 5 mg.", "medication:ramipril 5 mg", "ramipril 5 mg"),
    ("Ich esse kein Fleisch.", "avoids:fleisch", "fleisch"),
    ("Seit Januar ernähre ich mich vegan.", "diet", "vegan"),
    ("Ich mag Tee sehr.", "likes:tee", "tee"),
    ("Ich mag keinen Kaffee.", "dislikes:kaffee", "kaffee"),
    ("Krimis lese ich gern.", "likes:krimis", "krimis"),
    ("Oliven kann ich nicht leiden.", "dislikes:oliven", "oliven"),
    ("Mein Lieblingsfilm ist Das Boot.", "favourite:film", "das boot"),
    ("Ich spreche Deutsch und etwas Polnisch.", "speaks:polnisch", "polnisch"),
    ("Ich spiele Cello.", "hobby:cello", "cello"),
    ("Ich singe im Kirchenchor.", "membership:kirchenchor", "kirchenchor"),
    ("Wir haben uns ein Zelt gekauft.", "owns:zelt", "zelt"),
    ("Ich schreibe an einem Roman über Venedig.", "project:roman", "roman"),
    ("Meine Nummer ist 0160 1122334.", "phone", "01601122334"),
    ("meine freundin heisst lara", "partner", "lara"),
]

NOT_SAID = [
    "Ich überlege, ob ich mir einen Hund anschaffe.",
    "Vielleicht kaufe ich mir ein Boot.",
    "Wenn ich reich wäre, würde ich in Nizza leben.",
    "Wie alt werden Kaninchen, wenn man eins hat?",
    "Wohne ich in Bonn?",
    "Ich bin müde.",
    "Ich habe Hunger.",
    "Ich brauche ein Rezept für Linsensuppe.",
    "Ich verstehe das nicht.",
    "Danke dir, schönen Feierabend!",
    "Sie haben eine Katze.",
]


@pytest.mark.parametrize(("sentence", "topic", "value"), SAID_OF_USER)
def test_a_sentence_fits_its_topic(sentence: str, topic: str, value: str) -> None:
    """The user is its subject, whatever stands first and whoever is left out."""
    assert ("user", topic, value) in stated_facts(read(sentence))


@pytest.mark.parametrize("sentence", NOT_SAID)
def test_nothing_is_made_of_what_is_not_stated(sentence: str) -> None:
    """Wishes, suppositions, questions and moods are no facts."""
    assert not read(sentence).facts


@pytest.mark.parametrize(
    ("sentence", "who", "topic", "value"),
    [
        ("Mein Bruder wohnt in Kiel.", "Mein Bruder", "home", "kiel"),
        ("Meine Tante Gerda kommt aus Husum.", "Gerda", "origin", "husum"),
        ("Mein Mann Uwe ist Koch und hasst Zoos.", "Uwe", "dislikes:zoos", "zoos"),
        ("Meine Schwester heißt Ida, sie ist Notarin.", "Ida", "job", "notarin"),
        (
            "Der Hausmeister, Herr Aksoy, spricht Türkisch.",
            "Herr Aksoy",
            "speaks:türkisch",
            "türkisch",
        ),
        ("Ich habe einen Bruder, der in Bern lebt.", "Mein Bruder", "home", "bern"),
    ],
)
def test_what_is_told_of_others_is_theirs(sentence: str, who: str, topic: str, value: str) -> None:
    """By role, by name, by a pronoun, and in a relative clause; never the user's."""
    facts = stated_facts(read(sentence))

    assert (who, topic, value) in facts
    assert ("user", topic, value) not in facts


@pytest.mark.parametrize(
    ("sentence", "topic"),
    [
        ("Ich arbeite nicht mehr bei Opel.", "employer"),
        ("Bei Opel habe ich gekündigt.", "employer"),
        ("Ich wurde letzte Woche entlassen.", "employer"),
        ("Das Motorrad ist verkauft.", "owns:motorrad"),
        ("Mein Fahrrad wurde geklaut.", "owns:fahrrad"),
        ("Wir haben uns getrennt.", "partner"),
        ("Aus dem Turnverein bin ich ausgetreten.", "membership:turnverein"),
        ("Mein Vertrag ist abgelaufen.", "owns:vertrag"),
        ("Ich habe aufgehört, Cello zu spielen.", "hobby:cello spielen"),
        ("Früher mochte ich Techno.", "likes:techno"),
    ],
)
def test_an_ending_closes_its_topic(sentence: str, topic: str) -> None:
    """It is kept as a fact whose text says the ending."""
    endings = [fact for fact in read(sentence).facts if fact.ends]

    assert [fact.topic for fact in endings if fact.topic == topic]


@pytest.mark.parametrize(
    ("sentence", "right", "wrong"),
    [
        ("Ich wohne nicht in Ulm, sondern in Aalen.", "aalen", "ulm"),
        ("Quatsch, nicht Reis, Couscous ist mein Lieblingsessen.", "couscous", "reis"),
        ("Ich habe zwei Katzen, nicht drei.", "katzen", "drei"),
    ],
)
def test_a_correction_names_what_was_wrong(sentence: str, right: str, wrong: str) -> None:
    """And says only what is right."""
    (fact,) = read(sentence).facts

    assert (fact.value, fact.corrects) == (right, wrong)


def test_a_death_is_one_of_whoever_died() -> None:
    """Not of the user."""
    (fact,) = read("Unsere Oma ist im März gestorben.").facts

    assert (fact.about[0], fact.topic) == ("role:grandmother", "death")
    assert fact.valid_from is not None
    assert fact.valid_from.date().isoformat() == "2023-03-01"


def test_a_list_is_a_fact_each() -> None:
    """Each says its own value alone."""
    texts = {fact.text for fact in read("Ich mag Kapern, Feta und Dill.").facts}

    assert texts == {"Ich mag Kapern.", "Ich mag Feta.", "Ich mag Dill."}


@pytest.mark.parametrize(
    "sentence", ["Der WLAN-Schlüssel lautet Apfel!99.", "Die PIN vom Tresor ist 2468."]
)
def test_secrets_are_marked(sentence: str) -> None:
    """A password or a number that opens something."""
    (fact,) = read(sentence).facts

    assert fact.is_secret


@pytest.mark.parametrize(
    ("sentence", "text", "teller"),
    [
        ("Anna hat gesagt: Ich ziehe nach Rom.", "Anna sagt: Ich ziehe nach Rom.", "name:anna"),
        ("Mein Chef sagt, dass wir umziehen.", "Mein Chef sagt: Wir ziehen um.", "role:boss"),
    ],
)
def test_what_others_say_stays_theirs(sentence: str, text: str, teller: str) -> None:
    """With less trust, and with whose word it is."""
    told = [fact for fact in read(sentence).facts if fact.told_by]

    assert [(fact.text, fact.told_by, fact.about[0]) for fact in told] == [(text, teller, teller)]
    assert all(fact.trust < Trust.USER_SAID for fact in told)


def test_a_known_name_with_a_role_is_a_person_of_its_own() -> None:
    """Whether she is the Katrin of the memory is decided by those who know her role."""
    known = KnownEntity("ab12", "Katrin", "node.person")

    found = read("Meine Schwägerin Katrin ist Notarin.", known=[known])

    (entity,) = [one for one in found.entities if one.role]
    assert (entity.key, entity.name, entity.role) == ("name:katrin", "Katrin", "sister-in-law")
