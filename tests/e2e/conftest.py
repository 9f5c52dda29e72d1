"""A real Chromium before a real server, whose model says what the test tells it to.

The fixtures live as long as this package's tests run: Playwright keeps an event loop going, and
the asynchronous tests of other packages need one of their own. Every module carries the mark
`xdist_group("e2e")`, so that one worker runs them all.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import psycopg
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    sync_playwright,
)

from benchmarks.in_thread import answering
from exobrain.embedded import Service, connect, endpoints
from tests import browser as chromium
from tests.e2e import provider as providers
from tests.e2e.jobs import Jobs
from tests.e2e.provider import Provider
from tests.e2e.world import ALICE, PASSWORD
from tests.forks import Forks
from tests.ops.processes import is_alive
from tests.plugin import DATA, ROOT
from tests.web_server import WebServer

DATABASE = "browser_tests"
REDIS_DATABASE = 15  # the suite's own workers count from 0
START_SECONDS = 60
WAIT_MILLISECONDS = 10_000


@pytest.fixture(scope="package")
def chromium_path() -> str:
    """The browser; without one these tests are skipped."""
    path = chromium.find()
    if path is None:
        pytest.skip("no Chromium on this machine; `python -m tests.browser` says why")
    return path


@pytest.fixture(scope="package")
def provider() -> Iterator[Provider]:
    """The model."""
    with providers.running() as running:
        yield running


@pytest.fixture(scope="package")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a NATS of their own: the suite's belongs to the tests of jobs."""
    services = connect(tmp_path_factory.mktemp("queue"), services={Service.QUEUE})
    yield services.endpoints.nats_url or ""
    services.leave()


@pytest.fixture(scope="package")
def environment(provider: Provider, queue: str) -> dict[str, str]:
    """What the server is told."""
    addresses = endpoints(DATA)
    dsn = psycopg.conninfo.conninfo_to_dict(addresses.postgres_dsn)
    return {
        **os.environ,
        "ASSISTANT_DB_DSN": psycopg.conninfo.make_conninfo("", **{**dsn, "dbname": DATABASE}),
        "ASSISTANT_CACHE_REDIS_URL": f"{addresses.redis_url}?db={REDIS_DATABASE}",
        "EXOBRAIN_NATS_URL": queue,
        "MODEL_PROVIDER_BASE_URL": provider.url,
        "MAIN_AGENT_USE_MOCK": "false",
        "LOGIN_ATTEMPTS_PER_ADDRESS": "100000",
        # Nobody listens there, unless a test needs jobs.
        "JOB_ORCHESTRATOR_GRPC_TARGET": f"127.0.0.1:{(port := _free_port())}",
        "JOB_ORCHESTRATOR_API_BIND_ADDRESS": f"127.0.0.1:{port}",
        "KNOWLEDGE_AUTO_UPDATE_MINUTES": "0",
        "KNOWLEDGE_EXTRACTOR": "rules",
        "MEMORY_RECALL_DEADLINE_MS": "20000",  # a slow machine has its memory too
        "DJANGO_SETTINGS_MODULE": "exobrain.settings",
    }


@pytest.fixture(scope="package")
def world(chromium_path: str, environment: dict[str, str]) -> None:
    """An own database with users and days."""
    with psycopg.connect(endpoints(DATA).postgres_dsn, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    subprocess.run([sys.executable, "-m", "tests.e2e.world"], cwd=ROOT, env=environment, check=True)


@pytest.fixture(scope="package")
def forks(world: None, environment: dict[str, str]) -> Iterator[Forks]:
    """What starts the product's processes."""
    made = Forks(environment)
    yield made
    made.close()


@contextmanager
def serving(forks: Forks, **environment: str) -> Iterator[str]:
    """A server's address, for as long as the block runs."""
    address = f"http://127.0.0.1:{(port := _free_port())}"
    with forks.running("serve", "--port", str(port), **environment) as pid:
        _wait_for(f"{address}/healthz", pid)
        yield address


@pytest.fixture(scope="package")
def server(forks: Forks) -> Iterator[str]:
    """The product."""
    with serving(forks) as address:
        yield address


@pytest.fixture(scope="package")
def jobs(forks: Forks, environment: dict[str, str]) -> Jobs:
    """What runs jobs for the server."""
    return Jobs(forks, environment)


class Elsewhere(WebServer):
    """Every host whose name ends in `.test`, as the browser has it; nobody is to come."""

    visits = 0

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Somebody came, whatever they speak."""
        self.visits += 1
        return True


@pytest.fixture(scope="package")
def elsewhere() -> Iterator[Elsewhere]:
    """Who sees whether anything leaves the browser."""
    server = Elsewhere()
    with answering(server):
        yield server


@pytest.fixture(scope="package")
def chrome(chromium_path: str, elsewhere: Elsewhere) -> Iterator[Browser]:
    """One browser for all tests; each has a profile of its own."""
    hosts = f"--host-resolver-rules=MAP *.test 127.0.0.1:{elsewhere.port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=[*chromium.FLAGS, hosts]
        )
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page must not do: complain, raise, ask, or talk to anybody else."""

    origin: str
    offences: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """From now on the page is watched."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.offences.append(f"raised: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def forgive(self, words: str) -> None:
        """The test means to cause this."""
        self.offences = [offence for offence in self.offences if words not in offence]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.offences.append(f"console: {message.text} ({message.location['url']})")

    def _dialog(self, dialog: Dialog) -> None:
        self.offences.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.offences.append(f"request: {request.url}")


@pytest.fixture
def watch(server: str) -> Watch:
    """What the test's pages are watched for."""
    return Watch(server)


@pytest.fixture(scope="package")
def signed_in(chrome: Browser, server: str) -> Callable[[str], Any]:
    """The cookies of a user; signing in costs a second, so it is done once for each."""

    @cache
    def cookies(email: str) -> Any:
        with chrome.new_context(base_url=server) as context:
            credentials = {"email": email, "password": PASSWORD}
            assert context.request.post("/api/auth/login", data=credentials).ok
            return context.storage_state()

    return cookies


@pytest.fixture
def open_page(
    chrome: Browser, server: str, watch: Watch, signed_in: Callable[[str], Any]
) -> Iterator[Callable[..., Page]]:
    """Opens pages with a profile of their own; afterwards none of them may have misbehaved."""
    contexts: list[BrowserContext] = []

    def open_one(user: str | None = None, **options: Any) -> Page:
        if user:
            options["storage_state"] = signed_in(user)
        context = chrome.new_context(**{"base_url": server, **options})
        contexts.append(context)
        context.set_default_timeout(WAIT_MILLISECONDS)
        page = context.new_page()
        watch.over(page)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert watch.offences == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A desktop page, not signed in."""
    return open_page()


@pytest.fixture
def alices(open_page: Callable[..., Page]) -> Page:
    """Alice's chat."""
    page = open_page(ALICE)
    page.goto("/")
    return page


@pytest.fixture(autouse=True)
def _nothing_left_to_say(provider: Provider) -> None:
    """An answer that an earlier test did not fetch is not for the next one."""
    provider.answers.clear()


def sign_in(page: Page, email: str, path: str = "/") -> None:
    """The page shows `path`, signed in."""
    page.goto(path)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{path}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(url: str, pid: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if not is_alive(pid):
            raise RuntimeError("the server ended before it answered")
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"{url} did not answer")
