"""`python -m tests.orchestrator.soak`: thousands of jobs while everything around them is killed.

Enqueues jobs over gRPC, each with an idempotency key and again until it is accepted, while
processes and services die at named steps and at random instants. Then it compares what was
asked for with what was done: one effect for every job, none for those that cannot succeed. It
fails when an effect is missing or doubled, when a watcher saw a gap or a repetition, and when a
kind of fault was never injected: a run in which nothing broke would prove nothing.

Beside them people talk and ask a web process, which is killed like the others, to update their
memory. Every message must end in exactly one episode, and what is made of it must be there once:
`tests.orchestrator.soak_checks` says what is compared.

At first the callers ask as fast as the workers keep up with; once there are jobs enough, only so
that what is still to break is reached. A long run is made of some hundred starts, one after the
other for each role: each is a fork of a process that has imported the product.
"""

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
import httpx
import nats
import nats.errors
import psycopg
from nats.js.errors import APIError

os.environ.update(
    EXOBRAIN_DATA=tempfile.mkdtemp(prefix="exobrain-soak-"),
    APP_ENV="local",
    AUTH_ACCESS_TOKEN_TTL_SECONDS="1000000",
    EMBEDDING_PROVIDER="hashing",
)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")
os.environ.setdefault("LOG_LEVEL", "CRITICAL")
django.setup()

from accounts.models import RefreshTokenFamily, User  # noqa: E402  after the environment
from accounts.tokens import sign_access_token  # noqa: E402
from exobrain.embedded import Connection, Service, connect  # noqa: E402
from exobrain.lib.errors import Unavailable, Upstream  # noqa: E402
from knowledge.events import UpdateStep  # noqa: E402
from orchestrator import client  # noqa: E402
from orchestrator.jetstream import STREAM  # noqa: E402
from orchestrator.types import Step  # noqa: E402
from tests.forks import Forks  # noqa: E402
from tests.orchestrator.job_types import CREATE  # noqa: E402
from tests.orchestrator.soak_checks import Asked, what_is_wrong  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
USER = "0b0f2a3e-33a6-4a52-b0a1-9a9c1d6a1a11"
ORCHESTRATOR, WORKER, WEB = "run_orchestrator", "run_worker", "serve"
STEPS = {
    ORCHESTRATOR: [str(step) for step in Step if step.startswith("orchestrator.")],
    WORKER: [str(step) for step in Step if step.startswith("worker.")],
    WEB: list(map(str, UpdateStep)),
}
RARE = {Step.OUTBOX_READ, UpdateStep.RECONCILED}  # reached only after something else went wrong
# A death at one of these leaves something to sweep for the next orchestrator. Without them it
# would wait for NATS to die at the right moment, and every other of its deaths with it.
LEAVES_A_SWEEP = {Step.RECORDED, Step.PUBLISHED}
SETTINGS = {
    "JOB_CONSUMER_ACK_WAIT_SECONDS": "2",
    "JOB_BACKOFF_BASE_SECONDS": "0.1",
    "JOB_BACKOFF_MAX_SECONDS": "1",
    "JOB_ORCHESTRATOR_CONNECT_TIMEOUT_SECONDS": "10",
}
DEAF_SECONDS = 2.0  # a process that has just been started
FREEZE_SECONDS = 4.0  # twice the lease: others take the frozen worker's jobs over
SETTLE_SECONDS = 180.0  # without anything being finished
PATIENCE_SECONDS = 15.0  # a fault follows after that, however few jobs there were meanwhile
LEAST_FAULTS = 200
CALLERS = 8
SLOW_SECONDS = 2.0  # at most, between two requests of one, when there are jobs enough
MOST_OPEN = 150  # jobs: the callers wait for the workers
MOST_UNLEARNED = 50  # messages: likewise those who talk
WATCHERS = 4
WATCH_SECONDS = 60.0  # of one unbroken watch
COUNT_SECONDS = 0.5  # between two counts of open jobs
CLOCK_JUMPS = (-7200, -60, 90, 86_400)  # seconds
TALKERS = 4
OPEN = """
    SELECT (SELECT count(*) FROM orchestrator_job WHERE NOT is_terminal),
        (SELECT count(*) FROM journal_message WHERE NOT committed_to_knowledge_base)
"""
TALK = """
    WITH day AS (
        INSERT INTO journal_journal AS journal (id, user_id, reference, created_at, updated_at,
            message_count, last_sequence)
        VALUES (gen_random_uuid(), %(user)s, %(day)s, now(), now(), 1, 1)
        ON CONFLICT (user_id, reference) DO UPDATE SET last_sequence = journal.last_sequence + 1
        RETURNING id, last_sequence
    )
    INSERT INTO journal_message (id, journal_id, user_id, role, content, sequence, status, model,
        committed_to_knowledge_base, created_at, updated_at)
    SELECT gen_random_uuid(), id, %(user)s, 'user', %(text)s, last_sequence, 'complete', '',
        false, now(), now()
    FROM day
"""


class Actor:
    """A process that is started again whenever it dies, with the next step to die at."""

    def __init__(self, world: "World", *command: str) -> None:
        self.world = world
        self.command = command
        self.role = command[0]
        self.fault: str | None = None
        self.said = world.data / f"{self.role}.{id(self)}.log"
        self.pid = self._start()

    def _start(self) -> int:
        rng = self.world.random
        self.fault = self.world.next_step(self.role)
        environment = {"CLOCK_JUMP": str(rng.choice(CLOCK_JUMPS))}
        if self.fault:
            often = 1 if self.fault in RARE or self.world.is_enough else rng.randint(1, 5)
            environment["EXOBRAIN_FAULT"] = f"{self.fault}:{often}"
        self.said.write_bytes(b"")
        self.started = time.monotonic()
        return self.world.forks.start(*self.command, output=self.said, **environment)

    def look(self) -> None:
        """It runs; if it died at its step, that is counted, and it has been started again."""
        if (status := self.world.forks.poll(self.pid)) is None:
            return
        if self.fault and status == -signal.SIGKILL:
            self.world.injected[self.fault] += 1
            self.world.last_step[self.role] = self.fault
        else:
            self.world.unexpected.append(self._obituary(status))
            self.world.postpone(self.role, self.fault)
        self.pid = self._start()

    def _obituary(self, status: int) -> str:
        words = self.said.read_bytes()[-1000:].decode(errors="replace").strip()
        lived = time.monotonic() - self.started
        return f"{self.role} ended with {status} after {lived:.0f} s: {words}"

    def kill(self) -> None:
        """It died at no step in particular, and has been started again."""
        self.look()
        self.send(signal.SIGKILL)
        self.replace()

    def replace(self) -> None:
        """It was killed, so its step is another's, and it has been started again."""
        self.world.forks.wait(self.pid)
        self.world.postpone(self.role, self.fault)
        self.pid = self._start()

    def send(self, signum: signal.Signals) -> None:
        """It has received the signal, unless it is dead already."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signum)


class World:
    """Services, processes, and what is to happen to them."""

    def __init__(self, data: Path, *, each: int, seed: int) -> None:
        self.data = data
        self.random = random.Random(seed)
        self.environment = {**os.environ, **SETTINGS}
        self.injected: Counter[str] = Counter()
        self.unexpected: list[str] = []  # processes that ended without having been told to
        self.last_step: dict[str, str] = {}  # by role: what the last one of it died at
        self.is_enough = False  # jobs were asked for
        self.open_jobs = 0
        self.unlearned = 0  # messages
        self.steps = {role: self._shuffled(steps * each) for role, steps in STEPS.items()}
        self.services: Connection = connect(data, services=set(Service))
        self._prepare()
        self.forks = Forks(self.environment, "tests.orchestrator.manage")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.web = Actor(self, WEB, "--port", str(port))
        self.orchestrator = Actor(self, ORCHESTRATOR)
        self.workers = [Actor(self, WORKER, "--concurrency", "4") for _ in range(2)]
        self.others = self._shuffled(list(self._acts()) * each)

    def _shuffled(self, items: list[str]) -> list[str]:
        self.random.shuffle(items)
        return items

    def _prepare(self) -> None:
        command = [
            sys.executable,
            "-m",
            "tests.orchestrator.manage",
            "migrate",
            "--verbosity",
            "0",
        ]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)
        with self.sql() as connection:
            connection.execute(CREATE)

    def sql(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection to the ledger."""
        return psycopg.connect(self.services.endpoints.postgres_dsn, autocommit=True)

    @property
    def actors(self) -> list[Actor]:
        """Every process."""
        return [self.orchestrator, *self.workers, self.web]

    # -- what happens at a step

    def next_step(self, role: str) -> str | None:
        """The step at which the next process of that role is to die."""
        left = self.steps[role]
        can_sweep = self.last_step.pop(role, None) in LEAVES_A_SWEEP
        fitting = [step for step in left if (step == Step.OUTBOX_READ) == can_sweep] or left
        if not fitting:
            return None
        left.remove(step := fitting[-1])
        return step

    def postpone(self, role: str, step: str | None) -> None:
        """The process did not live to see its step."""
        if step:
            self.steps[role].insert(0, step)

    # -- what happens at any time

    def _acts(self) -> dict[str, Callable[[], None]]:
        return {
            "orchestrator killed": self.orchestrator.kill,
            "worker killed": lambda: self.random.choice(self.workers).kill(),
            "web killed": self.web.kill,
            "everybody killed": self._kill_everybody,
            "worker frozen": self._freeze_worker,
            "NATS killed": lambda: self._kill_service(Service.QUEUE),
            "NATS wiped": self._wipe_nats,
            "Valkey killed": lambda: self._kill_service(Service.CACHE),
            "PostgreSQL killed": lambda: self._kill_service(Service.DATABASE),
            "PostgreSQL restarted": self._restart_postgres,
            "clock jumped": self._jump,
            "message duplicated": lambda: asyncio.run(self._duplicate()),
            "poison published": lambda: asyncio.run(self._poison()),
        }

    @property
    def kinds(self) -> set[str]:
        """Everything that has to happen at least once."""
        return {*self._acts(), *(step for steps in STEPS.values() for step in steps)}

    def act(self) -> None:
        """Something has happened, if anything is left to happen."""
        if not self.others:
            if Step.OUTBOX_READ not in self.armed or self.random.random() > 0.2:
                return
            self.others = ["NATS killed"]  # so that there is something to sweep
        kind = self.others.pop()
        try:
            self._acts()[kind]()
        except (nats.errors.Error, APIError, OSError):  # the world is in ruins: later
            self.others.insert(0, kind)
        else:
            self.injected[kind] += 1

    @property
    def is_over(self) -> bool:
        """Everything has happened that was to happen."""
        waiting = any(actor.fault for actor in self.actors)
        return not self.others and not any(self.steps.values()) and not waiting

    def _jump(self) -> None:
        # Not the web's: it would refuse the tokens of those who talk, and rightly.
        actor = self.random.choice([self.orchestrator, *self.workers])
        if time.monotonic() - actor.started < DEAF_SECONDS:
            raise ProcessLookupError  # it would be killed by what it does not know yet
        actor.send(signal.SIGUSR1)

    @property
    def armed(self) -> set[str]:
        """The steps at which processes are to die now."""
        return {actor.fault for actor in self.actors if actor.fault}

    def count_open(self) -> None:
        """How much is still to be done is known, unless PostgreSQL is away."""
        with contextlib.suppress(psycopg.OperationalError), self.sql() as connection:
            self.open_jobs, self.unlearned = connection.execute(OPEN).fetchone() or (0, 0)

    def _kill_everybody(self) -> None:
        for actor in self.actors:
            actor.look()
            actor.send(signal.SIGKILL)
        for actor in self.actors:
            actor.replace()

    def _freeze_worker(self) -> None:
        worker = self.random.choice(self.workers)
        worker.send(signal.SIGSTOP)
        time.sleep(FREEZE_SECONDS)
        worker.send(signal.SIGCONT)

    def _kill_service(self, name: str) -> None:
        before = self._pid(name)
        if before is None:
            raise ProcessLookupError  # it is just being restarted
        os.kill(before, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while self._pid(name) in (None, before) and time.monotonic() < deadline:
            time.sleep(0.05)

    def _pid(self, name: str) -> int | None:
        pids: dict[str, int] = self.services.ask("pids")["pids"]
        return pids.get(name)

    def _wipe_nats(self) -> None:
        self.services.ask("stop queue")
        shutil.rmtree(self.data / "nats")
        self.services.ask("start queue")

    def _restart_postgres(self) -> None:
        self.services.ask("stop database")
        self.services.ask("start database")

    async def _duplicate(self) -> None:
        """A message of the stream is there a second time, and JetStream cannot know it."""
        connection = await self._nats()
        try:
            stream = connection.jetstream()
            state = (await stream.stream_info(STREAM)).state
            number = self.random.randint(max(1, state.first_seq), max(1, state.last_seq))
            message = await stream.get_msg(STREAM, number)
            await connection.publish(message.subject or "", message.data or b"")
        finally:
            await connection.close()

    async def _poison(self) -> None:
        connection = await self._nats()
        body = b"{ poison %d" % self.random.getrandbits(32)
        await connection.publish("jobs.test.effect.requested", body)
        await connection.close()

    async def _nats(self) -> Any:
        url = self.services.endpoints.nats_url or ""
        return await nats.connect(url, allow_reconnect=False, connect_timeout=5)

    def close(self) -> None:
        """Nothing runs any more."""
        self.forks.close()
        self.services.leave()


# -- those who ask, and those who watch


class Crowd:
    """Callers who insist on every job, and watchers who resume wherever they were cut off."""

    def __init__(self, world: World, *, jobs: int, seed: int) -> None:
        self.world = world
        self.jobs = jobs
        self.asked = Asked()
        self.leaving = threading.Event()
        self.complaints: list[str] = []
        self.watched = 0
        self.recent: list[str] = []
        self.callers = [
            threading.Thread(target=self._call, args=(random.Random(seed + n),), daemon=True)
            for n in range(CALLERS)
        ]
        self.watching = threading.Thread(target=self._watch_all, daemon=True)
        self.talking = [
            threading.Thread(target=self._talk, args=(number,), daemon=True)
            for number in range(TALKERS)
        ]
        self.talkers = [_signed_in(number) for number in range(TALKERS)]
        self.updates = 0  # requests that were accepted
        for thread in (*self.callers, self.watching, *self.talking):
            thread.start()

    @property
    def is_asking(self) -> bool:
        """True while more jobs are to come."""
        return any(caller.is_alive() for caller in self.callers)

    def leave(self) -> None:
        """Nobody asks or watches any more."""
        self.leaving.set()
        for thread in (*self.callers, self.watching, *self.talking):
            thread.join(timeout=90)

    def _call(self, rng: random.Random) -> None:
        while not self.leaving.is_set():
            if self.asked.count >= self.jobs and self.world.is_over:
                return
            if self._may_ask():
                self._enqueue(rng)
            time.sleep(rng.uniform(0, SLOW_SECONDS if self.world.is_enough else 0.05))

    def _may_ask(self) -> bool:
        """Else the workers, who die all the time, would have the jobs to do when nobody dies."""
        return self.world.open_jobs < MOST_OPEN

    def _enqueue(self, rng: random.Random) -> None:
        fails_often = Step.DEAD_LETTERED in self.world.armed
        job_type, payload, succeeds = _wish(rng, share_of_failures=0.4 if fails_often else 0.05)
        key = uuid.UUID(int=rng.getrandbits(128)).hex
        while not self.leaving.is_set():
            try:
                job_id = client.enqueue_job(
                    job_type=job_type, user_id=USER, payload=payload, idempotency_key=key
                )
            except (Unavailable, Upstream):
                time.sleep(0.1)
                continue
            with self.asked.lock:
                (self.asked.effects if succeeds else self.asked.failures).add(str(job_id))
                self.recent.append(str(job_id))
            if rng.random() > 0.1:  # a caller whose answer was lost asks again
                return

    def _talk(self, number: int) -> None:
        """Says something, and has it learned; whatever fails is done again."""
        rng = random.Random(1000 + number)
        user, headers = self.talkers[number]
        while not self.leaving.is_set():
            if self.is_asking and self.world.unlearned < MOST_UNLEARNED:
                with contextlib.suppress(psycopg.OperationalError):
                    self._say(user, rng)
            with contextlib.suppress(httpx.HTTPError):
                answer = httpx.post(
                    f"{self.world.url}/api/knowledge/update", headers=headers, timeout=20
                )
                self._judge(answer)
            time.sleep(rng.uniform(0, SLOW_SECONDS if self.world.is_enough else 0.4))

    def _say(self, user: str, rng: random.Random) -> None:
        text = f"I bought {rng.randint(1, 10**9)} apples."
        with self.world.sql() as connection:
            for _ in range(rng.randint(1, 3)):
                day = f"2025/01/{rng.randint(1, 28):02}"
                connection.execute(TALK, {"user": user, "day": day, "text": text})

    def _judge(self, answer: httpx.Response) -> None:
        self.updates += answer.status_code == 200
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        if answer.status_code not in (200, 409, 502, 503) or not is_json:
            words = f"{answer.status_code} {answer.text[:300]}"
            self.complaints.append(f"an update was answered with {words}")

    def _watch_all(self) -> None:
        asyncio.run(self._watch_side_by_side())

    async def _watch_side_by_side(self) -> None:
        await asyncio.gather(*(self._watch_in_turn(number) for number in range(WATCHERS)))

    async def _watch_in_turn(self, number: int) -> None:
        rng = random.Random(number)
        while not self.leaving.is_set():
            if not self.recent:
                await asyncio.sleep(0.1)
                continue
            await self._watch(rng.choice(self.recent[-50:]))
            self.watched += 1
            await asyncio.sleep(rng.uniform(0, 0.4))  # or they would keep the machine busy

    def _complain_if_over(self, job_id: str) -> None:
        """A job that ended a while ago must not be watched any more; others may take long."""
        query = (
            "SELECT 1 FROM orchestrator_job WHERE id = %s AND is_terminal"
            " AND updated_at < now() - interval '20 seconds'"
        )
        with contextlib.suppress(psycopg.OperationalError), self.world.sql() as connection:
            if connection.execute(query, [job_id]).fetchone():
                self.complaints.append(f"the watch of {job_id} did not end")

    async def _watch(self, job_id: str) -> None:
        """Until the job has ended; goes on where the orchestrator died, as often as it dies."""
        seen = 0
        while not self.leaving.is_set():
            changes = client.watch_job(job_id=uuid.UUID(job_id), user_id=USER, after=seen)
            try:
                async with asyncio.timeout(WATCH_SECONDS):
                    async for change in changes:
                        if seen and change.number != seen + 1:
                            self.complaints.append(f"{job_id}: change {change.number} after {seen}")
                        seen = change.number
                        if change.terminal:
                            return
            except TimeoutError:
                await asyncio.to_thread(self._complain_if_over, job_id)
                return
            except (Unavailable, Upstream):
                await asyncio.sleep(0.1)


def _signed_in(number: int) -> tuple[str, dict[str, str]]:
    """Somebody who talks, and the header that says who they are."""
    user = User.objects.create(email=f"talker{number}@example.org", display_name="Talker")
    family = RefreshTokenFamily.objects.create(user=user)
    token = sign_access_token(
        user_id=user.id, email=user.email, name=user.display_name, family_id=family.id
    )
    return str(user.id), {"Authorization": f"Bearer {token}"}


def _wish(rng: random.Random, *, share_of_failures: float) -> tuple[str, dict[str, Any], bool]:
    """A job, its payload, and whether it is to succeed."""
    seconds = rng.choice([0, 0, 0, 0.02, 0.2])
    if rng.random() < share_of_failures:
        return "test.effect", {"permanent": True}, False
    if rng.random() < 0.15:
        return "test.effect", {"failures": rng.randint(1, 2), "seconds": seconds}, True
    return rng.choice(["test.effect", "test.prepared"]), {"seconds": seconds}, True


# -- to the end


def settle(world: World) -> bool:
    """True when every job is over, and everything that was said is learned.

    On a slow machine that takes its time; what may not happen is that nothing goes on.
    """
    least, deadline = None, time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        for actor in world.actors:
            actor.look()
        with contextlib.suppress(psycopg.OperationalError), world.sql() as connection:
            query = (
                "SELECT (SELECT count(*) FROM orchestrator_job WHERE NOT is_terminal)"
                " + (SELECT count(*) FROM journal_message WHERE NOT committed_to_knowledge_base)"
                " + (SELECT count(*) FROM knowledge_update WHERE state IN ('waiting', 'queued'))"
            )
            left = connection.execute(query).fetchone()
            if left == (0,):
                return True
            if left and (least is None or left < least):
                least, deadline = left, time.monotonic() + SETTLE_SECONDS
        time.sleep(0.2)
    return False


def soak(*, jobs: int, each: int, faults: int | None, seed: int, data: Path) -> int:
    """0 when everything was done once, and everything that can break did."""
    started = time.monotonic()
    world = World(data, each=each, seed=seed)
    crowd = Crowd(world, jobs=jobs, seed=seed)
    least = min(LEAST_FAULTS, each * len(world.kinds)) if faults is None else faults
    try:
        break_things(world, crowd)
        settled = settle(world)
        crowd.leave()
        with world.sql() as connection:
            wrong = what_is_wrong(connection, crowd.asked)
        if not settled:
            wrong.append(f"not over: nothing was finished for {SETTLE_SECONDS:.0f} seconds")
        wrong += [*crowd.complaints, *world.unexpected, *_hollow(world, crowd, least)]
        report(world, crowd, wrong, seconds=time.monotonic() - started)
    finally:
        crowd.leaving.set()
        world.close()
    return 1 if wrong else 0


def _hollow(world: World, crowd: Crowd, faults: int) -> list[str]:
    """In what the run proved less than it was to prove."""
    never = [f"never injected: {kind}" for kind in sorted(world.kinds - world.injected.keys())]
    if (injected := world.injected.total()) < faults:
        never.append(f"only {injected} of {faults} faults were injected")
    if crowd.asked.count < crowd.jobs:
        never.append(f"only {crowd.asked.count} of {crowd.jobs} jobs were accepted")
    return never


def said(world: World) -> int:
    """How many messages there are."""
    with world.sql() as connection:
        row = connection.execute("SELECT count(*) FROM journal_message").fetchone()
    return int(row[0]) if row else 0


def break_things(world: World, crowd: Crowd) -> None:
    """Everything has happened that was to happen, and enough jobs were asked for."""
    next_act = next_word = next_count = time.monotonic() + 1
    patience = next_act
    acts = len(world.others)
    while crowd.is_asking:
        for actor in world.actors:
            actor.look()
        world.is_enough = crowd.asked.count >= crowd.jobs
        if time.monotonic() > next_count:
            world.count_open()
            next_count = time.monotonic() + COUNT_SECONDS
        # Spread over the jobs: else a slow machine would have its faults first, and no job.
        is_early = crowd.asked.count * acts < crowd.jobs * (acts - len(world.others))
        now = time.monotonic()
        if now > next_act and (now > patience or not is_early):
            world.act()
            next_act = time.monotonic() + world.random.uniform(0.1, 1.5)
            patience = next_act + PATIENCE_SECONDS
        if time.monotonic() > next_word:
            left = len(world.others) + sum(map(len, world.steps.values()))
            armed = " ".join(sorted(world.armed))
            sys.stderr.write(
                f"{crowd.asked.count} jobs, {world.open_jobs} open, {left} faults to come: "
                f"{armed}\n"
            )
            next_word = time.monotonic() + 10
        time.sleep(0.05)


def report(world: World, crowd: Crowd, wrong: list[str], *, seconds: float) -> None:
    """What was broken, and whether anything came of it."""
    print("| fault | injected |\n|---|---|")
    for kind in sorted(world.kinds):
        print(f"| {kind} | {world.injected[kind]} |")
    print(
        f"\n{crowd.asked.count} jobs, {said(world)} messages in {crowd.updates} updates, "
        f"{sum(world.injected.values())} faults, {crowd.watched} watches, {seconds:.0f} seconds, "
        f"{len(world.unexpected)} processes ended by themselves: "
        f"{f'{len(wrong)} things are wrong' if wrong else 'nothing lost, nothing done twice'}."
    )
    for line in wrong[:50]:
        print(line)


def main() -> None:
    """Exit status 0 when nothing was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m tests.orchestrator.soak")
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--each", type=int, default=9, help="how often each kind of fault happens")
    parser.add_argument(
        "--faults", type=int, default=None, help="fewer fail the run; 200, or all that are to come"
    )
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = random.randrange(2**32) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    data = Path(os.environ["EXOBRAIN_DATA"])
    try:
        status = soak(
            jobs=options.jobs, each=options.each, faults=options.faults, seed=seed, data=data
        )
    finally:
        shutil.rmtree(data, ignore_errors=True)
    sys.stdout.flush()
    os._exit(status)  # gRPC's threads have nothing left to say


if __name__ == "__main__":
    main()
