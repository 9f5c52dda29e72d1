"""Whose words each piece of a message is."""

import pytest

from knowledge.extraction.voices import Voice, read_stretches


def pieces(content: str, *voices: Voice) -> str:
    """What stands in the message in these voices."""
    return " ".join(
        content[one.start : one.end] for one in read_stretches(content) if one.voice in voices
    )


FOREIGN = [
    # code, commands, logs, data
    ("```\nname = 'Ida'\n```\nWhy?", "Ida", "Why?"),
    ("What does `x = 'Ida'` do?", "Ida", "do?"),
    ('{"name": "Ida", "city": "Oslo"}\nis it valid?', "Oslo", "valid"),
    ('const me = { name: "Ida" };\nconsole.log(me);\n\nexplain', "Ida", "explain"),
    ("def f():\n    # I live in Oslo\n    return 1\n\nexplain", "Oslo", "explain"),
    ("SELECT * FROM t WHERE name = 'Ida'; finds nothing", "Ida", "finds nothing"),
    ("curl -H 'X: Ida' https://a.example/b", "Ida", ""),
    ("$ whoami\nmy box says no", "whoami", "my box"),
    ("2024-05-01 12:00:03 INFO user Ida in Oslo\nwhat is it?", "Oslo", "what is it?"),
    ("<p>I am Ida.</p> center it", "Ida", "center"),
    ("API_TOKEN=abc123 does not work", "abc123", "does not work"),
    ("server:\n  owner: Ida\n  city: Oslo\n\nvalid?", "Ida", "valid?"),
    ("Anna,34,Berlin\nTom,25,Bonn\nsort them", "Berlin", "sort them"),
    ("| Name | City |\n| Ida | Oslo |\nfine?", "Oslo", "fine?"),
    # mails, letters, chats
    ("Help?\nFrom: Ida <i@a.example>\nSubject: hi\n\nI live in Oslo.", "Oslo", "Help?"),
    ("See:\nOn Mon, 3 Jun 2024 at 10:00, Ida <i@a.example> wrote:\nI am ill", "ill", "See:"),
    ("Am 3. Mai 2024 um 10:22 schrieb Ida Berg:\nIch bin krank.", "krank", ""),
    ("Le 3 mai 2024, Ida Berg a écrit :\nJe suis malade.", "malade", ""),
    ("-----Ursprüngliche Nachricht-----\nIch bin krank.", "krank", ""),
    ("Dear Ms Berg,\nI have a leak.\nKind regards,\nSue", "leak", ""),
    ("[12.03.24, 14:05:33] Tom: I am ill\n\nwhat now?", "ill", "what now?"),
    ("12/03/2024, 14:05 - Tom: I am ill", "ill", ""),
    ("<tom> I am ill\n<ida> me too", "ill", ""),
    ("Tom  2:05 PM\nI am ill", "ill", ""),
    ("user: I am ill\nassistant: ok\n\nwhy so short?", "ill", "why so short?"),
    ("Interviewer: Where?\nCandidate: I live in Oslo.", "Oslo", ""),
    # texts to be worked on
    ("Translate to French: I live in Oslo.", "Oslo", "Translate"),
    ("I live in Oslo. Translate that to French.", "Oslo", "Translate that"),
    ("What do you think of this text?\n\nI live in Oslo.", "Oslo", "What do you"),
    ("From https://a.example/b:\nI live in Oslo.", "Oslo", "From"),
    ("Review of the hotel: I live in Oslo and hated it.", "Oslo", "Review"),
    ("Korrigiere bitte: Ich wohnen in Oslo.", "Oslo", "Korrigiere"),
    ("Work experience\nNurse in Oslo\nEducation\nSchool\nSkills\nGerman", "Oslo", ""),
    # quoted
    ('My boss said "I am leaving for Oslo" today.', "Oslo", "today"),
    ("Meine Oma sagte: „Ich esse nie Fleisch.“ Ich schon.", "Fleisch", "Ich schon"),
    ("Mon voisin a dit : « Je suis malade ».", "malade", "voisin"),
    ("> I live in Oslo\nI live in Rome.", "Oslo", "Rome"),
    ("Tom wrote: I live in Oslo.\nI live in Rome.", "Oslo", "Rome"),
    ("She goes, I'm a lawyer. So I left.", "lawyer", "So I left"),
    # played
    ("In my novel I live in Oslo. By the way, I live in Rome.", "Oslo", "Rome"),
    ("Pretend I live in Oslo.", "Oslo", ""),
    ("Tu so, als ob ich in Oslo wohne.", "Oslo", ""),
]


@pytest.mark.parametrize(("content", "foreign", "own"), FOREIGN)
def test_foreign_words_are_told_from_own(content: str, foreign: str, own: str) -> None:
    """What is not the author's is in another voice; what stands beside it is theirs."""
    others = [voice for voice in Voice if voice is not Voice.OWN]

    assert foreign in pieces(content, *others)
    assert foreign not in pieces(content, Voice.OWN)
    assert own in pieces(content, Voice.OWN)


OWN_MESSAGES = [
    "I live in Oslo.",
    "We saw the film \"Love Actually\" twice.",
    "In my book club I met Ida.",
    "About me: I'm a nurse from Oslo.",
    "Update: I moved to Oslo.",
    "TL;DR: I moved to Oslo.",
    "Facts about me:\n- I live in Oslo\n- I have two kids",
    "I paid 5 > 3 euros; it's fine (really).",
    "My sister's email is ida@a.example and she lives in Oslo.",
    "I play the piano in a band called Blue.",
    "My story is simple: I grew up in Oslo.",
    "I am reading a novel about Oslo.",
]  # fmt: skip


@pytest.mark.parametrize("content", OWN_MESSAGES)
def test_own_words_are_one_stretch(content: str) -> None:
    """Titles, lists, colons and brackets do not make a text foreign."""
    assert [one.voice for one in read_stretches(content)] == [Voice.OWN]


@pytest.mark.parametrize(
    ("content", "teller"),
    [
        ("John wrote: I live in Oslo.", "John"),
        ('My boss said "I am leaving in May" to us.', "My boss"),
        ('"I am leaving in May," said my boss.', "my boss"),
        ("[14:05] Tom: I am ill", "Tom"),
        ("<tom> I am ill\n<ida> oh", "tom"),
        ("Quote from my sister - I am allergic to cats.", "my sister"),
        ("Meine Kollegin meinte nur: Ich kündige.", "Meine Kollegin"),
    ],
)
def test_who_is_speaking_is_known(content: str, teller: str) -> None:
    """The stretch carries how the message calls them."""
    assert teller in {one.teller for one in read_stretches(content)}
