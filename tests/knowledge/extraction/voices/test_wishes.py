"""What users say outright to the memory: remember, forget, always."""

import pytest

from knowledge.extraction.voices.wishes import WishKind, read_wishes

REMEMBERED = [
    ("Remember that my car is on level 3.", "my car is on level 3."),
    ("Please note: bins go out Monday. Paper Friday.", "bins go out Monday. Paper Friday."),
    ("I was born in 1984, please remember it.", "I was born in 1984"),
    ("My shoe size is 42. Remember that please.", "My shoe size is 42."),
    ("Keep in mind that I hate coriander.", "I hate coriander."),
    ("The spare key is with Ida - don't forget that", "The spare key is with Ida"),
    ("Merk dir, dass ich dienstags nie kann.", "Merk dir, dass ich dienstags nie kann."),
    ("Denk dran: Oma hat am 3. Mai Geburtstag.", "Oma hat am 3. Mai Geburtstag."),
    ("Ich trage Größe 42, merk dir das bitte.", "Ich trage Größe 42"),
    ("Ich trage Größe 42. Nicht vergessen!", "Ich trage Größe 42."),
]  # fmt: skip
FORGOTTEN = [
    ("Forget that I live in Oslo.", "I live in Oslo"),
    ("Please forget my address.", "my address"),
    ("Forget what I said about Tom.", "Tom"),
    ("Delete everything about my ex from your memory.", "my ex"),
    ("Vergiss, dass ich in Oslo wohne.", "ich in Oslo wohne"),
    ("Lösch bitte alles über Tom.", "Tom"),
]
STANDING = [
    ("Call me Bob.", "call_me", "Bob"),
    ("You can call me Liz from now on", "call_me", "Liz"),
    ("I go by Sam.", "call_me", "Sam"),
    ("Nenn mich bitte Basti.", "call_me", "Basti"),
    ("Answer briefly.", "answer_style:length", "answer briefly"),
    ("Keep your replies short please.", "answer_style:length", "replies short"),
    ("I prefer short answers.", "answer_style:length", "short answers"),
    ("Fass dich kurz.", "answer_style:length", "fass dich kurz"),
    ("No bullet lists.", "answer_style:lists", "no bullet lists"),
    ("Please stop using emojis.", "answer_style:emoji", "no emojis"),
    ("Emojis are fine again.", "answer_style:emoji", "allowed"),
    ("Ab jetzt keine Emojis mehr.", "answer_style:emoji", "no emojis"),
    ("Keine Aufzählungen bitte.", "answer_style:lists", "no aufzählungen"),
    ("Always metric.", "unit_style", "metric"),
    ("From now on use imperial units.", "unit_style", "imperial"),
    ("Nutze bitte immer das metrische System.", "unit_style", "metric"),
    ("Speak German with me.", "language", "german"),
    ("Always reply in French, please.", "language", "french"),
    ("Antworte mir immer auf Deutsch.", "language", "deutsch"),
    ("Duz mich bitte.", "answer_style:address", "informal"),
    ("Bitte siezen Sie mich.", "answer_style:address", "formal"),
    ("Be more direct with me.", "answer_style:tone", "be more direct"),
    ("Treat me like an expert in tax law.", "answer_style:simplicity", None),
    ("Never suggest meat dishes to me.", "answer_style:meat_dishes", None),
    ("Whenever I paste a log, point at the first error.", None, None),
    ("Don't mention my ex ever again.", None, None),
]
NONE = [
    "Answer briefly this time.",
    "Translate this to metric.",
    "Can you repeat that, but shorter?",
    "Write a short answer to this mail.",
    "Give me a list of towns in Bavaria.",
    "Explain this in simple words.",
    "Diesmal bitte kurz.",
    "Übersetze das auf Englisch.",
    "Call me back later.",
    "Call me crazy but I like rain.",
    "Don't call me sir.",
    "I always use metric at work.",
    "I hate long meetings.",
    "I love lists.",
    "I never eat meat.",
    "When I was a child I lived in Peru.",
    "Never mind.",
    "Always a pleasure!",
    "Do you remember my sister?",
    "I remember that day well.",
    "Remember when we went to Rome?",
    "Remember to call mum.",
    "I'll never forget that day.",
    "Forget it.",
    "Delete the last line.",
    "Vergiss es.",
    "My phone has no emojis",
    'My boss said "call me Bob, I am your friend".',
    "In my novel: call me Ishmael.",
    "Tom wrote: always answer me in German.",
]


@pytest.mark.parametrize(("text", "kept"), REMEMBERED)
def test_what_is_to_be_remembered_is_kept_word_for_word(text: str, kept: str) -> None:
    """It is the rest of the sentence, the sentence before it, or the paragraph behind a colon."""
    (wish,) = read_wishes(text)

    assert (wish.kind, wish.text) == (WishKind.REMEMBER, kept)


@pytest.mark.parametrize(("text", "what"), FORGOTTEN)
def test_what_is_to_be_forgotten_is_named(text: str, what: str) -> None:
    """In the words of the message."""
    (wish,) = read_wishes(text)

    assert (wish.kind, wish.text) == (WishKind.FORGET, what)


@pytest.mark.parametrize(("text", "topic", "value"), STANDING)
def test_how_to_answer_is_a_standing_wish(text: str, topic: str | None, value: str | None) -> None:
    """Each has a topic, so that a later one takes its place."""
    (wish,) = [wish for wish in read_wishes(text) if topic in (None, wish.topic)]

    assert wish.kind is WishKind.STANDING
    assert value in (None, wish.value)


@pytest.mark.parametrize("text", NONE)
def test_a_wish_for_one_answer_is_none(text: str) -> None:
    """Nor is a habit, a memory of old times, or somebody else's wish."""
    assert list(read_wishes(text)) == []
