"""Runs before Django's settings are read: the tests' own environment and services.

The suite uses the same embedded PostgreSQL, Valkey and NATS as the product, in a data directory
of its own. Every xdist worker has its own database and its own Redis database; NATS has but one
stream of jobs, so what uses it runs on one worker (`xdist_group("jobs")`).
"""

import fcntl
import os
import warnings
from collections import Counter
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAX_ID_CHARACTERS = 40
_locks = ExitStack()


def _own_data() -> Path:
    """A data directory that no other run of the suite uses; the run's workers share it."""
    if given := os.environ.get("EXOBRAIN_TEST_DATA"):
        return Path(given).resolve()
    for number in count(1):
        data = ROOT / "var" / ("test" if number == 1 else f"test-{number}")
        data.mkdir(parents=True, exist_ok=True)
        lock = _locks.enter_context((data / "suite.lock").open("w"))
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
    os.environ["EXOBRAIN_TEST_DATA"] = str(data)
    return data


DATA = _own_data()

OURS = (
    *("ASSISTANT_CACHE", "ASSISTANT_DB", "EXOBRAIN_", "MAIN_AGENT_", "AUTH_", "CHAT_"),
    *("JOB_", "WORKER_", "KNOWLEDGE_", "MEMORY_", "TAVILY_", "WEB_", "MCP_"),
)
for name in [*os.environ]:
    if name.startswith(OURS) and name != "EXOBRAIN_TEST_DATA":
        del os.environ[name]

_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")

os.environ.update(
    APP_ENV="local",
    LOG_LEVEL="WARNING",
    EXOBRAIN_DATA=str(DATA),
    MAIN_AGENT_USE_MOCK="true",
    EMBEDDING_PROVIDER="hashing",
)

from exobrain.embedded import Service, endpoints, hold  # noqa: E402  after the environment

os.environ["ASSISTANT_CACHE_REDIS_URL"] = f"{endpoints(DATA).redis_url}?db={_worker}"

_stack = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--whole` also runs what a sample leaves out."""
    parser.addoption("--whole", action="store_true", help="every case, also of sampled tests")


def pytest_make_parametrize_id(val: object) -> str | None:
    """A long text is named by its beginning and length: reports print the name whole."""
    if isinstance(val, str | bytes) and len(val) > MAX_ID_CHARACTERS:
        return f"{val[:MAX_ID_CHARACTERS]!a}...{len(val)}"
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test that is marked `sample(n)` only every n-th case stays, unless all are wanted.

    By their order in the file: every worker, and every run, leaves out the same ones.
    """
    if config.getoption("whole"):
        return
    seen: Counter[tuple[str, str]] = Counter()
    left_out = []
    for item in items:
        if (mark := item.get_closest_marker("sample")) is None:
            continue
        test = (item.location[0], getattr(item, "originalname", item.name))
        if seen[test] % mark.args[0]:
            left_out.append(item)
        seen[test] += 1
    if left_out:
        items[:] = [item for item in items if item not in set(left_out)]
        config.hook.pytest_deselected(items=left_out)


def pytest_configure() -> None:
    """PostgreSQL, Valkey and NATS run while the suite does."""
    warnings.simplefilter("default")
    _stack.enter_context(hold(DATA, services=set(Service)))


def pytest_unconfigure() -> None:
    """They stop after the last worker has left."""
    _stack.close()
    _locks.close()
