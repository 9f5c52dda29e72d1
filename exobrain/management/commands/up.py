"""`manage.py up`: the whole product from one command, as one tree of processes."""

import http.client
import json
import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, execute_from_command_line
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from accounts.services.provider import load_provider
from exobrain import checks
from exobrain.embedded import Connection, EmbeddedError, connect, hold, needed_services
from exobrain.embedded.files import try_lock
from exobrain.embedded.forks import ForkedProgram
from exobrain.embedded.supervisor import Supervisor
from exobrain.lib.config import ROOT
from exobrain.lib.effective_config import effective_config
from exobrain.lib.errors import ConfigError
from orchestrator import address as orchestrator

log = structlog.get_logger(__name__)

DEMO_USERS = ROOT / "mock_data" / "users.json"  # what seed_mock_data reads; the first one is shown
ANSWER_SECONDS = 60.0
EARLIER_RUN_SECONDS = 30.0  # the children of a killed run need less than this to end
POLL_SECONDS = 0.1


class Command(BaseCommand):
    """Runs services, migrations and servers until it is told to stop."""

    help = "Start everything: embedded services, migrations, web server, jobs."
    requires_system_checks = ()  # it runs those that tell whether it can start

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--host` and `--port`."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Everything has run and has been stopped."""
        # The starting process may have had it ignored: then no child's end would be reported.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            with interrupted_by(signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                self._run(host=options["host"], port=options["port"])
        except KeyboardInterrupt:
            with suppress(OSError):  # the terminal may have gone, and that may be why
                self._say("Stopped.")
        except (EmbeddedError, OSError) as error:
            raise CommandError(str(error)) from error

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()  # into a file or a pipe it would come only at the end

    def _run(self, *, host: str, port: int) -> None:
        checks.refuse_weak_secrets(host)
        self.check(tags=[checks.TAG])  # only ours: others import what only the web process needs
        with ExitStack() as stack:
            lock = take_lock(settings.EXOBRAIN.data_dir, address=url_of(host, port))
            stack.callback(os.close, lock)
            refuse_used_port(host, port)
            if settings.EXOBRAIN.uses_local_model:
                model_port = settings.EXOBRAIN.local_model_port
                refuse_used_port("127.0.0.1", model_port, by="LOCAL_MODEL_PORT")
            services: Connection | None = None
            if wanted := needed_services(**settings.EXOBRAIN.service_urls):
                self._say(f"Starting {', '.join(sorted(wanted))} ...")
                services = connect(settings.EXOBRAIN.data_dir, services=wanted)
                stack.callback(services.leave)
            self._say("Preparing the database ...")
            prepare_database()
            self._say("Starting the web server ...")
            supervisor = Supervisor(programs(host, port, services), log=log.warning)
            stack.callback(supervisor.stop)
            wait_until_served(supervisor, host=host, port=port)
            self._say(banner(url_of(host, port)))
            watch(supervisor, services)


def programs(host: str, port: int, services: Connection | None) -> list[ForkedProgram]:
    """What makes up the product, beside the embedded services."""
    commands = {"serve": ["serve", "--host", host, "--port", str(port)]}
    if orchestrator.runs_here():
        commands["orchestrator"] = ["run_orchestrator"]
    if settings.EXOBRAIN.job_orchestrator_worker_enabled:
        commands["worker"] = ["run_worker"]
    if settings.EXOBRAIN.uses_local_model:
        commands["model"] = ["serve_local_model"]
    return [
        ForkedProgram(name, partial(run_command, services, *command))
        for name, command in commands.items()
    ]


def run_command(services: Connection | None, *command: str) -> None:
    """The command of manage.py has run in this process, a child, with its own hold on services."""
    if services is not None:
        services.close()  # the parent's: the keeper is to see it go when the parent goes
    config = settings.EXOBRAIN
    try:
        with hold(config.data_dir, services=needed_services(**config.service_urls)):
            execute_from_command_line(["manage.py", *command])
    except (ConfigError, EmbeddedError) as error:
        sys.exit(f"{command[0]}: {error}")


@contextmanager
def interrupted_by(*signals: signal.Signals) -> Iterator[None]:
    """Inside the block each of the signals raises KeyboardInterrupt, as Ctrl-C does."""

    def interrupt(_signum: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    before = [(signum, signal.signal(signum, interrupt)) for signum in signals]
    try:
        yield
    finally:
        for signum, handler in before:
            signal.signal(signum, handler)


def take_lock(data: Path, *, address: str) -> int:
    """The descriptor that makes this the only `up` on its data; the children inherit it."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data / "up.lock"
    deadline = time.monotonic() + EARLIER_RUN_SECONDS
    while (lock := try_lock(path)) is None:
        refuse_second_start(path, is_late=time.monotonic() > deadline)
        time.sleep(POLL_SECONDS)
    os.ftruncate(lock, 0)
    os.write(lock, json.dumps({"pid": os.getpid(), "address": address}).encode())
    return lock


def refuse_second_start(path: Path, *, is_late: bool) -> None:
    """Returns while the processes of a killed run end; else CommandError says who runs."""
    try:
        holder = json.loads(path.read_text())
    except json.JSONDecodeError:  # it has locked the file and not yet written into it
        holder = {"pid": None, "address": "an address not known yet"}
    if is_late or (holder["pid"] is not None and Path(f"/proc/{holder['pid']}").exists()):
        raise CommandError(
            f"Exobrain already runs on {path.parent}: process {holder['pid']}, "
            f"{holder['address']}. Stop it first, or name another directory in EXOBRAIN_DATA."
        )


def refuse_used_port(host: str, port: int, *, by: str = "--port, or --host") -> None:
    """CommandError when somebody listens there already; it says `by` what to choose another."""
    if not 0 < port < 65536:
        raise CommandError(f"There is no port {port}: choose one from 1 to 65535 with {by}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise CommandError(
            f"Cannot listen on {host} port {port}: {error.strerror}. Choose another with {by}."
        ) from error


def prepare_database() -> None:
    """The tables are those of this version; a new local database has its demo users."""
    call_command("migrate", interactive=False, verbosity=0)
    if settings.EXOBRAIN.is_local and not get_user_model().objects.exists():
        call_command("seed_mock_data")
    load_provider()
    connections.close_all()


def reachable(host: str) -> str:
    """An address of this machine at which a server listening on `host` answers."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104


def url_of(host: str, port: int) -> str:
    """The address to type into a browser on this machine."""
    here = reachable(host)
    return f"http://[{here}]:{port}/" if ":" in here else f"http://{here}:{port}/"


def wait_until_served(supervisor: Supervisor, *, host: str, port: int) -> None:
    """The web server answers; EmbeddedError or CommandError when it does not."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        supervisor.check()
        if answers(reachable(host), port):
            return
        time.sleep(POLL_SECONDS)
    raise CommandError(f"The web server did not answer within {ANSWER_SECONDS:.0f} seconds.")


def answers(host: str, port: int) -> bool:
    """True when /healthz answers 200."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def watch(supervisor: Supervisor, services: Connection | None) -> None:
    """Never returns: a signal ends it, or a child or the services that cannot be had back."""
    while True:
        supervisor.check()
        if services is not None and services.is_lost():
            raise CommandError(
                "The process that keeps the embedded services has ended, and they with it. "
                "Nothing committed is lost: start again."
            )
        time.sleep(POLL_SECONDS)


def banner(url: str) -> str:
    """Where to go, how to sign in, what answers, and how to stop."""
    lines = [
        ("Open", url),
        ("Sign in", sign_in_hint()),
        ("Model", model_hint()),
        ("Data", str(settings.EXOBRAIN.data_dir)),
        ("Stop", "Ctrl-C"),
    ]
    body = "\n".join(f"  {name:<8} {text}" for name, text in lines)
    return f"\nExobrain is running.\n\n{body}\n"


def sign_in_hint() -> str:
    """The demo user while it has its seeded password, else how to get a user."""
    config = settings.EXOBRAIN
    demo = json.loads(DEMO_USERS.read_text())[0]
    users = get_user_model().objects
    try:
        user = users.filter(email=demo["email"]).first() if config.is_local else None
        if user is not None and user.check_password(demo["password"]):
            where = "" if config.exobrain_allow_demo_login else " (on this machine only)"
            return f"{demo['email']}, password {demo['password']}{where}"
        if users.exists():
            return "with your e-mail and password"
        return "nobody can yet: python manage.py createsuperuser"
    finally:
        connections.close_all()


def model_hint() -> str:
    """Which model answers."""
    config = effective_config()
    if config.uses_mock_model:
        return "sample answers from a file, as MAIN_AGENT_USE_MOCK is set"
    if config.answers_from_memory:
        return (
            "none, so the memory answers; staff set one on the settings page, "
            "or use make run LLM=local"
        )
    name = f"{config.effective_model} at {config.model_provider_base_url or 'OpenAI'}"
    if config.local_model_enabled and not config.uses_local_model:
        return f"{name}; no local model is served, as this one is configured"
    return name
