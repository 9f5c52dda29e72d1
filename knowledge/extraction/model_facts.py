"""The facts and events of the memory that a model's items are, by the table of topics.

What an item names is checked against its clause; topic, polarity, relation and time of the fact are
then those that the rules would have given it.
"""

from dataclasses import replace
from datetime import datetime

from knowledge.dates.reader import read_dates
from knowledge.extraction.carried import Person, date_told, find_words, told_topic
from knowledge.extraction.gazetteer import fold_name
from knowledge.extraction.german import times as german_times
from knowledge.extraction.language import detect_language
from knowledge.extraction.names import Name
from knowledge.extraction.node_types import ENTITY
from knowledge.extraction.prompts.facts import Fact
from knowledge.extraction.proposals import Proposals
from knowledge.extraction.quoted_clauses import PAST, QuotedClause
from knowledge.extraction.statements import normal_value
from knowledge.extraction.times import (
    FUTURE_WORDS,
    Times,
    clock_in,
    dates_in,
    event_at,
    recurrence_in,
)
from knowledge.extraction.topic_frames import SaidValue, role_told
from knowledge.extraction.topics import State, Topic
from knowledge.extraction.values import age_in, day_of_year
from knowledge.extraction.vocabulary import EVENT_TOPIC, match_topic, parse_start_date
from knowledge.types import (
    EventState,
    Polarity,
    ProposedEvent,
    ProposedFact,
    TextSpan,
    Trust,
)

MAX_CERTAINTY = 0.9  # of a fact, however sure the model is
TARGET_CONFIDENCE = 0.7  # of a name that neither the rules nor the model have named
MAX_EVENT_KEY = 60
_WITHOUT_VALUE = ("", "yes", "ja", "likes", "true")  # then the topic has it behind its colon
_COMING = frozenset({"will", "going", "plan", "planning", "when", "before", "until", "werde"})


def fact_of(
    item: Fact, text: str, clause: QuotedClause, subject: tuple[str, Person], proposals: Proposals
) -> ProposedFact:
    """The item as a fact: with its topic, if the clause tells that, or as what was said."""
    key, person = subject
    fact = ProposedFact(
        text=" ".join(text.split()),
        span=clause.span,
        about=(key,),
        trust=Trust.USER_SAID,
        confidence=round(min(item.certainty, MAX_CERTAINTY), 3),
    )
    if item.topic.strip().lower() == EVENT_TOPIC:
        return _with_event(fact, item, clause) or fact
    return _with_topic(fact, item, clause, person, proposals) or fact


def topic_and_value(item: Fact) -> tuple[Topic, str] | None:
    """What the item says that it tells, by the table; None when it is no row of it."""
    match = match_topic(item.topic)
    if match is None:
        return None
    topic, tail = match
    value = normal_value(item.value)
    return topic, (tail if tail and value in _WITHOUT_VALUE else value)


# -- what holds


def _with_topic(
    fact: ProposedFact,
    item: Fact,
    clause: QuotedClause,
    person: Person,
    proposals: Proposals,
) -> ProposedFact | None:
    """The fact as the table has it; None when its clause does not tell the topic."""
    named = topic_and_value(item)
    if named is None:
        return None
    topic, value = named
    known = proposals.gazetteer.keys.get(fold_name(value), "")
    told = told_topic(
        clause.message,
        clause.span,
        topic,
        value,
        person,
        name_type=proposals.gazetteer.types.get(known),
    )
    stored = _stored_value(topic, value)
    is_over = told is not None and told.state is not State.HOLDS
    if told is None or stored is None or not (stored or is_over):
        return None
    topic = told.topic
    since = parse_start_date(item.since, clause.message.said_at)
    precision = date_told(clause, since, clause.message.said_at) if since is not None else ""
    fact = replace(
        fact,
        topic=_key_of(topic, item, stored),
        value=stored or None,
        single_valued=topic.is_single and not is_over,
        polarity={State.ENDED: Polarity.ENDED, State.DENIED: Polarity.NOT}.get(told.state, ""),
        ends=is_over,
        valid_from=since if precision else None,
        since_precision=precision,
    )
    place = find_words(clause.message, clause.span, value) if value else None
    if place is None or topic.relation is None or is_over:
        return fact
    return _related(fact, topic, place, proposals)


def _stored_value(topic: Topic, value: str) -> str | None:
    """The value as the rules store it; None for what is none."""
    match topic.name:
        case "birthday":
            return day_of_year(value)
        case "age":
            age = age_in(value)
            return str(age) if age is not None else None
        case _:
            return value


def _key_of(topic: Topic, item: Fact, value: str) -> str:
    """The topic as facts carry it."""
    if topic.is_by_head:
        match = match_topic(item.topic)
        return topic.key((match[1] if match else "") or value.rsplit(maxsplit=1)[-1])
    return topic.key(value) if value else topic.name.rstrip(":")


def _related(
    fact: ProposedFact,
    topic: Topic,
    place: tuple[QuotedClause, SaidValue],
    proposals: Proposals,
) -> ProposedFact:
    """The fact with the relation to what its value names."""
    clause, said = place
    words = clause.all_tokens[said.first : said.end]
    span = TextSpan(
        clause.message.id,
        clause.lead_start + words[0].start,
        clause.lead_start + words[-1].end,
    )
    folded = fold_name(said.text)
    key = proposals.gazetteer.keys.get(folded)
    if key is None and not said.text[0].isupper():
        return fact
    if key is None or key not in proposals.entities:
        node_type = proposals.gazetteer.types.get(key or "") or topic.node_type or ENTITY
        name = Name(span.start, span.end, said.text, node_type, TARGET_CONFIDENCE, key)
        key = proposals.propose_entity(name, span)
    role = role_told(topic, clause, said)
    if role:
        proposals.add_role(key, role)
    about = (*fact.about, key)
    allowed = (
        one
        for one in (topic.edge_type, "edge.related_to")
        if one is not None and proposals.allows_edge(one, about)
    )
    edge_type = next(allowed, None)
    return replace(
        fact,
        about=about,
        edge_type=edge_type,
        relation=(role or topic.relation) if edge_type is not None else None,
    )


# -- what happens


def _with_event(fact: ProposedFact, item: Fact, clause: QuotedClause) -> ProposedFact | None:
    """The fact as what is coming, at the time that the clause tells; None without one."""
    place = find_words(clause.message, clause.span, item.value)
    is_unsure = any(t.is_hedge and t.word not in _COMING for t in clause.all_tokens)
    if place is None or is_unsure or clause.is_negated:
        return None
    event = _event_in(clause.text, clause.message.said_at)
    if event is None or event.state != EventState.PLANNED:
        return None
    when = event.recurrence or (event.starts_at.isoformat()[:16] if event.starts_at else "")
    return replace(
        fact,
        topic=f"event:{normal_value(item.value)[:MAX_EVENT_KEY].strip()}",
        value=when or None,
        single_valued=not event.recurrence,
        event=event,
    )


def _event_in(text: str, said_at: datetime) -> ProposedEvent | None:
    """When the text says that something is."""
    if detect_language(text) == "de":
        dates = read_dates(text, at=said_at, prefer_past=False)
        return german_times.event_of([text], dates, said_at)
    is_past = any(f" {word} " in f" {text} " for word in PAST) and not FUTURE_WORDS.search(text)
    recurrence = recurrence_in(text)
    dates = [] if recurrence else dates_in(text, said_at, prefer_past=is_past)
    return event_at(Times(dates, recurrence, clock_in(text)), said_at, is_past=is_past)
