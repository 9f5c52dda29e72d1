"""German clauses: where their verbs are, who acts, and how they are written anew."""

# ruff: noqa: E501  a sentence stays on its line

import pytest

from knowledge.extraction.german.clause import whole_text
from knowledge.extraction.german.clauses import read_clauses
from knowledge.extraction.german.frames import is_stated


def written(sentence: str) -> list[str]:
    """Every clause as a main clause."""
    found = []
    for clause in read_clauses(sentence):
        subject = clause.subject_word
        if clause.subject is not None:
            subject = whole_text(clause.subject)
        found.append(clause.written(subject[:1].upper() + subject[1:]))
    return found


@pytest.mark.parametrize(
    ("sentence", "clauses"),
    [
        ("Seit Mai lebe ich in Bautzen.", ["Ich lebe seit Mai in Bautzen."]),
        ("Bin nach Celle gezogen.", ["Ich bin nach Celle gezogen."]),
        ("Sind gestern umgezogen, in die Parkstraße.", ["Wir sind gestern umgezogen, in die Parkstraße."]),
        ("Den Roller haben wir verkauft.", ["Wir haben den Roller verkauft."]),
        ("Hab jetzt ein Kaninchen.", ["Ich habe jetzt ein Kaninchen."]),
        (
            "Mein Onkel ist Imker und wohnt in Zeitz.",
            ["Mein Onkel ist Imker.", "Mein Onkel wohnt in Zeitz."],
        ),
        (
            "Ich habe bei Opel gekündigt und ein Studium begonnen.",
            ["Ich habe bei Opel gekündigt.", "Ich habe ein Studium begonnen."],
        ),
        (
            "Meine Tante, die in Genf arbeitet, ist Notarin.",
            ["Meine Tante arbeitet in Genf.", "Meine Tante ist Notarin."],
        ),
        ("Weil ich Gluten nicht vertrage, backe ich mit Mais.",
         ["Ich vertrage Gluten nicht.", "Ich backe mit Mais."]),
        ("Ich wohne nicht in Ulm, sondern in Aalen.", ["Ich wohne in Aalen."]),
        ("Meine Frau und ich haben uns getrennt.", ["Meine Frau und ich haben uns getrennt."]),
        ("Der Code vom Tresor ist 2468.", ["Der Code vom Tresor ist 2468."]),
        ("ich wohne in köln und jobbe in einer bar", ["Ich wohne in köln.", "Ich jobbe in einer bar."]),
    ],
)  # fmt: skip
def test_clauses_are_written_anew(sentence: str, clauses: list[str]) -> None:
    """The subject first, what was carried over or left out put in, no particle more."""
    assert written(sentence) == clauses


@pytest.mark.parametrize(
    ("sentence", "verb"),
    [
        ("Ich ziehe im Herbst nach Jever um.", "umziehen"),
        ("Meine Karte ist abgelaufen.", "ablaufen"),
        ("Ich kann Rosinen nicht ausstehen.", "ausstehen"),
        ("Ich habe mir den Zeh verstaucht.", "verstauchen"),
        ("Er bolzt jeden Abend.", "bolzen"),
        ("Wir haben uns scheiden lassen.", "scheiden"),
    ],
)
def test_the_whole_verb_is_found(sentence: str, verb: str) -> None:
    """With its prefix, at both its places, and where no list has it."""
    assert [clause.verb for clause in read_clauses(sentence)] == [verb]


@pytest.mark.parametrize(
    "sentence",
    [
        "Wenn ich in Genua wohnen würde, hätte ich ein Boot.",
        "Vielleicht ziehe ich nach Wismar.",
        "Ich hätte gern einen Hund.",
        "Laut meinem Bruder bin ich faul.",
        "Falls ich gewinne, kaufe ich ein Haus.",
    ],
)
def test_what_is_supposed_is_not_stated(sentence: str) -> None:
    """Nor is what stands under a condition or is another's word."""
    assert not any(is_stated(clause) for clause in read_clauses(sentence))
