"""Job types by name.

An app registers the bodies of its jobs in its `jobs.py`, which `orchestrator.apps` imports by
`autodiscover_modules`: that is why no import leads from here to them. A body runs in one
transaction together with the record that its job is done, so that what it writes to PostgreSQL
happens exactly once; whatever else it touches must bear being done twice.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from orchestrator.errors import InvalidPayload, UnknownJobType
from orchestrator.types import Run

P = TypeVar("P", bound=BaseModel)
T = TypeVar("T")

# Two words, because workers listen to jobs.*.*.requested.
NAME = re.compile(r"[a-z0-9_-]+\.[a-z0-9_-]+")


@dataclass(frozen=True)
class JobType:
    """What is known of one type of job."""

    name: str
    payload: type[BaseModel]
    body: Callable[[Run, Any], None]
    prepare: Callable[[Run, Any], Any] | None
    given_up: Callable[[Run, str], None] | None = None

    def validated(self, payload: dict[str, Any]) -> BaseModel:
        """The payload as its model; raises InvalidPayload naming the field."""
        try:
            return self.payload.model_validate(payload)
        except ValidationError as error:
            raise InvalidPayload(_explain(error)) from None


@dataclass(frozen=True)
class Chore:
    """Something that every worker does from time to time, besides its jobs."""

    name: str
    every_seconds: float
    body: Callable[[], object]


_types: dict[str, JobType] = {}
_chores: list[Chore] = []


def chore(name: str, *, every_seconds: float) -> Callable[[Callable[[], object]], Chore]:
    """Registers a function as a chore: short, and harmless when several workers do it at once."""

    def register(body: Callable[[], object]) -> Chore:
        _chores.append(Chore(name, every_seconds, body))
        return _chores[-1]

    return register


def chores() -> list[Chore]:
    """What workers do from time to time."""
    return list(_chores)


def job(name: str, *, payload: type[P]) -> Callable[[Callable[[Run, P], None]], JobType]:
    """Registers a function as the body of a job type."""

    def register(body: Callable[[Run, P], None]) -> JobType:
        return _add(JobType(name=name, payload=payload, body=body, prepare=None))

    return register


def prepared_job(
    name: str,
    *,
    payload: type[P],
    prepare: Callable[[Run, P], T],
    given_up: Callable[[Run, str], None] | None = None,
) -> Callable[[Callable[[Run, T], None]], JobType]:
    """As `job`, for one with slow work that writes nothing and needs no open transaction.

    `prepare` does that work first; the body receives what it returned instead of the payload.
    `given_up` is told why the job will not be tried again, within the transaction that records it.
    """

    def register(body: Callable[[Run, T], None]) -> JobType:
        kind = JobType(name=name, payload=payload, body=body, prepare=prepare, given_up=given_up)
        return _add(kind)

    return register


def job_type(name: str) -> JobType:
    """The job type of that name; raises UnknownJobType."""
    try:
        return _types[name]
    except KeyError:
        raise UnknownJobType from None


def _add(new: JobType) -> JobType:
    if not NAME.fullmatch(new.name):
        raise ValueError(f"{new.name!r} is not two words joined by a dot")
    if new.name in _types:
        raise ValueError(f"{new.name} is registered already")
    _types[new.name] = new
    return new


def _explain(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    words = [f"{'.'.join(['payload', *map(str, p['loc'])])}: {p['msg']}" for p in problems[:5]]
    return "; ".join(words)
