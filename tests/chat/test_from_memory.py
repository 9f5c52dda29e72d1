"""What the memory says by itself, where no model is configured."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine

from chat.agent.from_memory import AnswerFromMemory
from chat.agent.from_memory.asked import Kind, read_asked, slots_asked_for
from chat.agent.memory import cited_marks
from chat.agent.model import PromptMessage, ToolUse
from chat.tools.base import TurnContext
from chat.types import Given, MarkedMemory
from exobrain.lib.markdown import render
from journal.types import StoredMessage
from knowledge.types import (
    BlockKind,
    EndedStatement,
    Precision,
    Profile,
    ProfileFact,
    Recalled,
    Slot,
    Status,
    Trust,
)

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)  # a Tuesday
SAID_AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
PAGE = UUID("11111111-2222-3333-4444-555555555555")
TOOLS = [{"function": {"name": name}} for name in ("remember", "forget", "upcoming")]


@pytest.fixture(autouse=True)
def _today() -> Any:
    """It is that Tuesday."""
    with time_machine.travel(NOW, tick=False):
        yield


def recalled(text: str, kind: BlockKind = BlockKind.FACT, **fields: Any) -> Recalled:
    """A memory that certainly helps."""
    made = Recalled(
        block_id=uuid4(),
        kind=kind,
        text=text,
        score=5.0,
        parts={},
        trust=Trust.USER_SAID,
        status=Status.ASSERTED,
        confidence=1.0,
        message_ids=[uuid4()],
        reference="2026/03/04",
        said_at=SAID_AT,
    )
    return replace(made, **fields)


def passage(text: str, **fields: Any) -> Recalled:
    """A message that certainly helps."""
    return recalled(text, BlockKind.EPISODE, **fields)


def ask(
    question: str,
    *memories: Recalled,
    profile: Profile | None = None,
    told: dict[str, Any] | None = None,
    unlearned: Sequence[StoredMessage] = (),
    explains: bool = True,
    tools: Sequence[Any] = (),
    **turn: Any,
) -> Any:
    """The text of the answer, or the tool that it asks for."""
    marked = [MarkedMemory(f"m{n}", memory) for n, memory in enumerate(memories, 1)]
    context = TurnContext(**{"user_id": uuid4(), "question": question, **turn})
    source = AnswerFromMemory(context, Given(profile or Profile(), marked), unlearned, explains)
    prompt = [PromptMessage("user", question)]
    if told is not None:
        prompt.append(PromptMessage("tool", json.dumps(told)))

    async def answer() -> list[Any]:
        return [part async for part in source.answer(prompt, tools=tools)]

    parts = asyncio.run(answer())
    return parts[0] if isinstance(parts[0], ToolUse) else "".join(parts)


def test_a_fact_is_a_sentence_with_its_day_page_and_mark() -> None:
    """The user reads it as said to them, and the receipt counts it as cited."""
    text = ask("What am I allergic to?", recalled("I am allergic to nuts.", entity_ids=[PAGE]))

    assert (
        "- You are allergic to nuts. (said on [4 March 2026](/journal/2026/03/04), "
        f"[page](/memory/pages/{PAGE})) [m1]\n"
    ) in text
    assert cited_marks(text, marks={"m1", "m2"}) == {"m1"}


def test_its_links_are_links_on_the_page() -> None:
    """Nothing takes them away."""
    html = render(ask("Am I allergic?", recalled("I am allergic to nuts.", entity_ids=[PAGE])))

    assert 'href="/journal/2026/03/04"' in html
    assert f'href="/memory/pages/{PAGE}"' in html


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"valid_from": datetime(2025, 2, 3, tzinfo=UTC)}, "since 3 February 2025"),
        ({"valid_from": datetime(2025, 5, 1, tzinfo=UTC)}, "since May 2025"),
        ({"valid_to": datetime(2026, 3, 1, tzinfo=UTC)}, "over since 1 March 2026"),
        ({"valid_to": datetime(2026, 4, 1, tzinfo=UTC)}, "until 1 April 2026"),
        ({"starts_at": datetime(2026, 4, 2, tzinfo=UTC)}, "on 2 April 2026"),
        ({"status": Status.DISPUTED}, "in doubt"),
        ({"trust": Trust.CONFIRMED}, "confirmed by you"),
        ({"trust": Trust.INFERRED}, "concluded by the assistant"),
        ({"trust": Trust.WEB}, "from elsewhere"),
    ],
)
def test_it_says_how_far_a_fact_holds_and_by_whose_word(fields: dict[str, Any], words: str) -> None:
    """What a model is told of it, in words."""
    assert f"({words}, said on" in ask("Where do I live?", recalled("I live in Ulm.", **fields))


@pytest.mark.parametrize(
    ("trust", "words"),
    [
        (Trust.USER_SAID, "you said: “The boiler is loud.” [m1]"),
        (Trust.INFERRED, "the assistant said: “The boiler is loud.” [m1]"),
        (Trust.WEB, "an answer made from elsewhere said: “The boiler is loud.” [m1]"),
    ],
)
def test_a_passage_is_quoted_with_its_day_and_speaker(trust: Trust, words: str) -> None:
    """Nobody's words pass for the user's."""
    text = ask("What about the boiler?", passage("The boiler is loud.", trust=trust))

    assert f"- On [4 March 2026](/journal/2026/03/04) {words}" in text


def test_a_passage_names_what_is_over_in_it() -> None:
    """Else it would say what holds no more."""
    ended = [EndedStatement("I live in Rome.", None)]

    text = ask("Where do I live?", passage("I live in Rome.", ended=ended))

    assert "(over by now: I live in Rome.) [m1]" in text


def test_only_what_shares_most_with_the_question_is_told() -> None:
    """A model would pass over the rest."""
    text = ask(
        "Where does Ann work?", recalled("Ann works at Acme."), recalled("Mira works at Bolt.")
    )

    assert "Acme" in text
    assert "Bolt" not in text


def test_what_only_asked_greeted_or_wished_to_forget_is_not_quoted() -> None:
    """The same question from yesterday is no answer to it."""
    text = ask(
        "Where does Ann work?",
        passage("Where does Ann work?"),
        passage("where does ann work again"),
        passage("forget that Ann works at Acme"),
    )

    assert text.startswith("Nothing is known of that.\n\n")


def test_nothing_is_said_to_be_known_where_nothing_is() -> None:
    """What recall brings all the same is left out, if it has none of the words."""
    text = ask("What is the capital of France?", recalled("I like trains.", score=0.5))

    assert text.startswith("Nothing is known of that.\n\n")


def test_what_is_unsure_is_said_to_be() -> None:
    """It shares words, but recall does not trust it."""
    text = ask("Which train do I take?", recalled("I like trains.", score=0.5))

    assert text.startswith("Nothing sure is known of that. This comes nearest:\n\n- You like")


def test_what_was_said_comes_first_where_that_is_asked() -> None:
    """Before the statements made of it."""
    text = ask("What did I say about Ann?", recalled("Ann is 30."), passage("Ann turned 30!"))

    assert text.index("This was said:") < text.index("This is known:")


def fact_of(slot: Slot, text: str, **fields: Any) -> ProfileFact:
    """A line of the profile."""
    made = ProfileFact(
        slot=slot,
        block_id=uuid4(),
        text=text,
        trust=Trust.USER_SAID,
        since=None,
        since_precision=Precision.DAY,
        ends=None,
        ends_precision=Precision.DAY,
        is_unsure=False,
        is_disputed=False,
    )
    return replace(made, **fields)


def test_the_profile_answers_what_recall_does_not_find() -> None:
    """In another language than that of the statement, say."""
    since = datetime(2025, 5, 1, tzinfo=UTC)
    home = fact_of(Slot.HOME, "I live in Leeds.", since=since, since_precision=Precision.MONTH)
    facts = [home, fact_of(Slot.WORK, "I work at Acme.")]

    text = ask("Wo wohne ich?", profile=Profile(facts=facts))

    assert "- You live in Leeds. (seit Mai 2025)" in text
    assert "Acme" not in text


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("Where do I work?", {Slot.WORK}),
        ("What is my job?", {Slot.WORK}),
        ("Wo arbeite ich?", {Slot.WORK}),
        ("Where does my sister work?", set()),
        ("Where does Ann live?", set()),
        ("Wie heißt mein Hund?", {Slot.PETS}),
        ("What am I allergic to?", {Slot.ALLERGIES}),
    ],
)
def test_only_what_is_asked_of_the_user_is_told_of_the_profile(
    question: str, slots: set[Slot]
) -> None:
    """Of another's work or home the profile says nothing."""
    assert slots_asked_for(question) == slots


def test_it_tells_all_of_the_profile_when_asked() -> None:
    """What holds of the user."""
    facts = [fact_of(Slot.HOME, "I live in Leeds."), fact_of(Slot.WORK, "I work at Acme.")]

    text = ask("What do you know about me?", profile=Profile(facts=facts))

    assert "- You live in Leeds.\n- You work at Acme." in text


def message(text: str, role: Any = "user") -> StoredMessage:
    """Something said today that the memory has not learned."""
    return StoredMessage(
        id=uuid4(),
        journal_id=uuid4(),
        reference="2026/03/10",
        sequence=1,
        role=role,
        content=text,
        status="complete",
        created_at=NOW,
    )


def test_what_was_said_today_is_found_before_it_is_learned() -> None:
    """The user's words only, and only where they are of what is asked."""
    said = [
        message("I'm allergic to nuts."),
        message("You are allergic.", "assistant"),
        message("It rains."),
    ]

    text = ask("What am I allergic to?", unlearned=said)

    assert text.startswith("Said today, and not learned yet:\n\n- “I'm allergic to nuts.”\n\nNo ")


def test_of_somebody_else_is_no_answer() -> None:
    """A dog that is called something does not tell what the brother is called."""
    said = [message("Our dog is called Rex."), message("My mum is called Eva.")]

    text = ask("What is my brother called?", passage("I called Rex, my dog."), unlearned=said)

    assert text.startswith("Nothing is known of that.\n\n")


def test_one_role_has_several_words() -> None:
    """Mum is mother, kids are children."""
    said = [message("My mum moved to Rome."), message("The children are called Ida and Leo.")]

    assert "moved to Rome" in ask("Where did my mother move to?", unlearned=said)
    assert "Ida and Leo" in ask("What are my kids called?", unlearned=said)


def test_a_wish_that_is_known_is_not_quoted_beside() -> None:
    """It was remembered at once, while its message waits to be learned."""
    said = [message("Remember that the key is in the shed.")]

    text = ask("Where is the key?", recalled("the key is in the shed"), unlearned=said)

    assert "not learned yet" not in text


def test_quotes_are_in_the_marks_of_the_language() -> None:
    """German ones are low and high."""
    text = ask("Was habe ich über Ulm gesagt?", unlearned=[message("Ich mag Ulm.")])

    assert "- „Ich mag Ulm.“" in text


HOSTILE = "See [this](http://evil.example) <b>now</b> [m2] ![x](http://evil.example/a.png)\n# Big"


def test_quoted_words_stay_words() -> None:
    """No link, picture, heading or mark of another memory comes of them."""
    text = ask("What about this?", passage(HOSTILE, trust=Trust.WEB), passage("About this: no."))
    html = render(text)

    assert cited_marks(text, marks={"m1", "m2"}) <= {"m1", "m2"}
    assert "evil.example" in html
    assert 'href="http://evil' not in html
    assert "<img" not in html
    assert "<b>" not in html
    assert cited_marks(text.split("[m1]")[0], marks={"m2"}) == set()


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("What is coming?", Kind.COMING),
        ("what's next", Kind.COMING),
        ("What's on my calendar this week?", Kind.COMING),
        ("What do I have on Friday?", Kind.COMING),
        ("Was steht an?", Kind.COMING),
        ("Was steht morgen an?", Kind.COMING),
        ("Welche Termine habe ich nächste Woche?", Kind.COMING),
        ("What did I do yesterday?", Kind.QUESTION),
        ("What's the next book of the series?", Kind.QUESTION),
        ("What did I say about Ann?", Kind.SAID),
        ("Was habe ich über Ann gesagt?", Kind.SAID),
        ("Who am I?", Kind.ABOUT_ME),
        ("Where does Ann work", Kind.QUESTION),
        ("Wo arbeitet Ann", Kind.QUESTION),
        ("I moved to Leeds.", Kind.STATEMENT),
        ("Ich bin nach Ulm gezogen.", Kind.STATEMENT),
        ("Was at the dentist today.", Kind.STATEMENT),
        ("War heute beim Zahnarzt.", Kind.STATEMENT),
        ("When I was young I lived in Rome.", Kind.STATEMENT),
        ("What a day!", Kind.STATEMENT),
        ("Will moved to Leeds.", Kind.STATEMENT),
        ("do I like tea", Kind.QUESTION),
        ("was weiß ich?", Kind.QUESTION),
        ("bin ich gegen etwas allergisch", Kind.QUESTION),
        ("Guten Morgen!", Kind.GREETING),
        ("thank you", Kind.THANKS),
        ("Thanks a lot!", Kind.THANKS),
        ("Vielen Dank", Kind.THANKS),
        ("Thanks to Ann I found a job.", Kind.STATEMENT),
        ("What can you do?", Kind.HELP),
        ("Was kannst du?", Kind.HELP),
        ("What can you do about my knee?", Kind.QUESTION),
        ("Suggest a restaurant", Kind.REQUEST),
        ("Please write me a poem.", Kind.REQUEST),
        ("Can you translate this for me?", Kind.REQUEST),
        ("Empfiehl mir ein Restaurant", Kind.REQUEST),
        ("Fass das bitte zusammen", Kind.REQUEST),
        ("Plans changed, we stay in Rome.", Kind.STATEMENT),
        ("Call Ann tomorrow.", Kind.STATEMENT),
        ("Remember that I like tea.", Kind.REMEMBER),
        ("Merk dir, dass ich Tee mag.", Kind.REMEMBER),
        ("Do you remember that I like tea?", Kind.QUESTION),
        ("Forget that I like tea.", Kind.FORGET),
        ("Vergiss, dass ich Tee mag.", Kind.FORGET),
        ("Don't forget that I like tea.", Kind.REMEMBER),
    ],
)
def test_what_a_message_asks_for(message: str, kind: Kind) -> None:
    """In English and German."""
    assert read_asked(message, now=NOW).kind is kind


@pytest.mark.parametrize(
    ("question", "tool", "arguments"),
    [
        ("What is coming?", "upcoming", {"days": 14}),
        ("What's on tomorrow?", "upcoming", {"days": 2}),
        ("Remember that I like tea.", "remember", {"text": "I like tea"}),
        ("Remember: tea is at four. Always.", "remember", {"text": "tea is at four. Always."}),
        ("Forget that I like tea.", "forget", {"what": "I like tea"}),
    ],
)
def test_what_changes_or_looks_ahead_goes_by_the_tools(
    question: str, tool: str, arguments: dict[str, Any]
) -> None:
    """As a model would ask for them, so with the same limits."""
    use = ask(question, tools=TOOLS)

    assert (use.name, json.loads(use.arguments)) == (tool, arguments)


@pytest.mark.parametrize(
    ("question", "told", "words"),
    [
        ("Remember that I like tea.", {"state": "remembered"}, "Remembered: “I like tea”"),
        (
            "Remember that I like tea.",
            {"state": "proposed: the user decides on the page"},
            "To remember “I like tea” is proposed below; you decide.",
        ),
        ("Remember that I like tea.", {"state": "declined by the user"}, "You declined"),
        ("Remember that I like tea.", {"error": "No *room*."}, "That was not done: No \\*room\\*."),
        ("Forget that I like tea.", {"state": "asked"}, "Nothing is forgotten before you agree."),
        ("What is coming?", {"events": []}, "Nothing that is known is coming in the next 14 days."),
    ],
)
def test_it_says_what_the_tool_has_done(question: str, told: dict[str, Any], words: str) -> None:
    """Each in a sentence, and nothing that is not so."""
    assert words in ask(question, told=told, tools=TOOLS)


EVENTS = [
    {"what": "I have a dentist appointment.", "when": "Wednesday 2026-03-11 09:30"},
    {"what": "Ann's birthday", "when": "Thursday 2026-03-12"},
    {"what": "My lease ends", "when": "2026-03", "sure": "no"},
]


def test_what_is_coming_is_listed_by_day() -> None:
    """With the time where it is known."""
    text = ask("What is coming?", told={"events": EVENTS}, tools=TOOLS)

    assert text.startswith(
        "This is coming:\n\n"
        "- Wednesday, 11 March 2026, 09:30: You have a dentist appointment\n"
        "- Thursday, 12 March 2026: Ann's birthday\n"
        "- 2026-03: Your lease ends (in doubt)\n"
    )


def test_what_was_said_today_of_days_to_come_is_quoted() -> None:
    """Nothing is said to be coming while the dentist waits to be learned."""
    said = [
        message("I see the dentist on Friday at 3 pm."),
        message("I saw the doctor last week."),
        message("We fly to Rome in October."),
    ]

    text = ask("What is coming?", told={"events": []}, unlearned=said)

    assert "- “I see the dentist on Friday at 3 pm.”" in text
    assert "doctor" not in text
    assert "Rome" not in text


def test_of_a_day_that_is_named_only_its_events_are_told() -> None:
    """Tomorrow's, not the day after's."""
    text = ask("Was steht morgen an?", told={"events": EVENTS[:2]}, tools=TOOLS)

    assert "- Mittwoch, 11. März 2026, 09:30: You have a dentist appointment\n" in text
    assert "birthday" not in text


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("I moved to Leeds.", "That is kept in [today’s journal](/journal/2026/03/10)."),
        ("Ich bin nach Ulm gezogen.", "Das steht im [Journal von heute](/journal/2026/03/10)."),
        ("Hello", "Hello. Ask"),
        ("What can you do?", "Hello. Ask"),
        ("Thanks!", "You’re welcome."),
        ("Danke!", "Gern geschehen."),
    ],
)
def test_a_statement_is_acknowledged_as_it_is(message: str, words: str) -> None:
    """It is in the journal, and not learned yet."""
    assert ask(message).startswith(words)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Where does Ann work?", "No language model is configured"),
        ("Wo arbeitet Ann?", "Es ist kein Sprachmodell eingerichtet"),
    ],
)
def test_the_first_answer_says_once_that_no_model_is_configured(
    question: str, sentence: str
) -> None:
    """At its end, in the question's language."""
    text = ask(question, recalled("Ann works at Acme."))

    assert text.split("\n\n")[-1].startswith(sentence)
    assert text.count(sentence) == 1


def test_later_answers_are_shorter() -> None:
    """Why the memory answers, and how it learns, need not be read twice a day."""
    answer = ask("Where does Ann work?", recalled("Ann works at Acme."), explains=False)
    kept = ask("I moved to Leeds.", explains=False)

    assert answer.endswith("[m1]")
    assert kept == "Kept in [today’s journal](/journal/2026/03/10), and not learned yet."


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("Suggest a restaurant", "That takes a language model, and none is configured"),
        ("Empfiehl mir ein Restaurant", "Dafür braucht es ein Sprachmodell"),
    ],
)
def test_what_takes_a_model_is_said_to(request_: str, words: str) -> None:
    """It is no statement that the memory would learn, and the reason is told once."""
    text = ask(request_)

    assert text.startswith(words)
    assert "\n\n" not in text


def test_a_visitor_is_told_why_there_is_no_answer() -> None:
    """They have no memory, and no tool is asked for."""
    text = ask("What is coming?", user_id=None)

    assert text.startswith("No language model is configured here")


def test_without_the_memory_there_is_nothing_to_say() -> None:
    """The user wanted to do without it."""
    text = ask("Where does Ann work?", uses_memory=False)

    assert text.startswith("This answer was to do without your memory")
