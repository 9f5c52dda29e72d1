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
from orchestrator.types import Attempt

P = TypeVar("P", bound=BaseModel)
T = TypeVar("T")

# Two words, because workers listen to jobs.*.*.requested.
NAME = re.compile(r"[a-z0-9_-]+\.[a-z0-9_-]+")


@dataclass(frozen=True)
class JobType:
    """What is known of one type of job."""

    name: str
    payload: type[BaseModel]
    body: Callable[[Attempt, Any], None]
    prepare: Callable[[Attempt, Any], Any] | None
    on_final_failure: Callable[[Attempt, str], None] | None = None

    def validated(self, payload: dict[str, Any]) -> BaseModel:
        """The payload as its model; raises InvalidPayload naming the field."""
        try:
            return self.payload.model_validate(payload)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False, include_context=False)
            words = [
                f"{'.'.join(['payload', *map(str, problem['loc'])])}: {problem['msg']}"
                for problem in problems[:5]
            ]
            raise InvalidPayload("; ".join(words)) from None


@dataclass(frozen=True)
class PeriodicTask:
    """Something that every worker does from time to time, besides its jobs."""

    name: str
    every_seconds: float
    body: Callable[[], object]


_types: dict[str, JobType] = {}
_periodic_tasks: list[PeriodicTask] = []


def periodic_task(
    name: str, *, every_seconds: float
) -> Callable[[Callable[[], object]], PeriodicTask]:
    """Registers a function as a periodic task: short, and harmless in several workers at once."""

    def register(body: Callable[[], object]) -> PeriodicTask:
        _periodic_tasks.append(PeriodicTask(name, every_seconds, body))
        return _periodic_tasks[-1]

    return register


def periodic_tasks() -> list[PeriodicTask]:
    """All that are registered."""
    return list(_periodic_tasks)


def job(name: str, *, payload: type[P]) -> Callable[[Callable[[Attempt, P], None]], JobType]:
    """Registers a function as the body of a job type."""

    def register(body: Callable[[Attempt, P], None]) -> JobType:
        return _add(JobType(name=name, payload=payload, body=body, prepare=None))

    return register


def prepared_job(
    name: str,
    *,
    payload: type[P],
    prepare: Callable[[Attempt, P], T],
    on_final_failure: Callable[[Attempt, str], None] | None = None,
) -> Callable[[Callable[[Attempt, T], None]], JobType]:
    """As `job`, for one with slow work that writes nothing and needs no open transaction.

    `prepare` does that work first; the body receives what it returned instead of the payload.
    `on_final_failure` is called with the last attempt and the reason when the job is not tried
    again, within the transaction that records it.
    """

    def register(body: Callable[[Attempt, T], None]) -> JobType:
        return _add(
            JobType(
                name=name,
                payload=payload,
                body=body,
                prepare=prepare,
                on_final_failure=on_final_failure,
            )
        )

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
