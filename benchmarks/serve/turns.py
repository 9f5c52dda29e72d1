"""What the agent loop and turns cost, beside a bare ChatOpenAI and the provider's stub itself.

Usage: python -m benchmarks.serve.turns [first] [streams] [memory] [--turns 5000] [--json FILE]

Recall is off, as it is measured in benchmarks.memory.latency. What is measured is one web process.
"""

import argparse
import asyncio
import json
import resource
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.serve.first import first_texts
from benchmarks.serve.servers import Server, access_tokens, product, stub_server
from benchmarks.serve.streams import Lateness, bare_processor_us, lateness, product_reader
from benchmarks.serve.stub import question

PARTS = ("first", "streams", "memory")
FIRST_USERS = 12
FIRST_AIM_MS = 5.0  # added, p50
LOADS = ((2000, 1.0), (200, 10.0))  # streams, parts a second of each
LOAD_SECONDS = 15.0
LOAD_AIM_MS = 100.0  # added, p99
LOAD_USERS = 100
MEMORY_USERS = 200
MEMORY_AIM = 0.05  # of the memory after the first turns
MEMORY_EVERY = 500  # turns
AT_ONCE = 8  # of them
TURN = question(parts=30, a_second=0)
SYSTEM = "You are a helpful assistant. " * 20  # about as long as the product's own


@dataclass(frozen=True)
class Load:
    """Streams of the stub itself, and of the product."""

    a_second: float
    bare_us: float
    floor: Lateness
    found: Lateness
    resident_mb: float


def main() -> None:
    """Run, and print what was found."""
    options = _options()
    _allow_many_connections()
    with tempfile.TemporaryDirectory() as name, stub_server() as stub:
        data = Path(name)
        settings = {"MODEL_PROVIDER_BASE_URL": f"{stub.url}/v1", "MAIN_AGENT_MODEL": "stub"}
        report: dict[str, object] = {}
        for part in options.parts or PARTS:
            with product(data, settings=settings) as server:
                report[part] = _PARTS[part](server, stub, data, options)
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=2) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--turns", type=int, default=5000)
    parser.add_argument("--json", metavar="FILE")
    return parser.parse_args()


def _allow_many_connections() -> None:
    """A stream takes a file here, in the stub and two in the product, which inherit the limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _first(server: Server, stub: Server, data: Path, _: argparse.Namespace) -> list[object]:
    tokens = access_tokens(data, users=FIRST_USERS)
    found = asyncio.run(first_texts(server.url, stub.url, tokens=tokens, system=SYSTEM))
    floor = found[0]
    print("| first text of an answer | p50 ms | p99 ms | added p50 ms | aim |")
    print("|---|---|---|---|---|")
    for each in found:
        added = f"{each.p50_ms - floor.p50_ms:.1f}" if each is not floor else ""
        aim = f"<= {FIRST_AIM_MS:g}" if added else ""
        print(f"| {each.how} | {each.p50_ms:.1f} | {each.p99_ms:.1f} | {added} | {aim} |")
    return [asdict(each) for each in found]


def _streams(server: Server, stub: Server, data: Path, _: argparse.Namespace) -> list[object]:
    tokens = access_tokens(data, users=LOAD_USERS)
    bare = asyncio.run(bare_processor_us(stub.url, count=100, a_second=10, seconds=8))
    print(f"ChatOpenAI alone: {bare:.0f} us of processor time a part")
    print("| streams x parts a second | complete | parts | stub p50 / p99 ms ", end="")
    print("| product p50 / p99 ms | added p99 ms | aim | us a part | most a second | MB |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    loads: list[object] = []
    for count, a_second in LOADS:
        floor, found = (
            asyncio.run(
                lateness(each, tokens=those, count=count, a_second=a_second, seconds=LOAD_SECONDS)
            )
            for each, those in ((stub, ()), (server, tokens))
        )
        load = Load(a_second, bare, floor, found, server.resident_mb())
        print(
            f"| {count} x {a_second:g} | {found.complete} | {found.parts} "
            f"| {floor.p50_ms:.1f} / {floor.p99_ms:.1f} | {found.p50_ms:.1f} / {found.p99_ms:.1f} "
            f"| {found.p99_ms - floor.p99_ms:.1f} | <= {LOAD_AIM_MS:g} | {found.processor_us:.0f} "
            f"| {1e6 / found.processor_us:.0f} | {load.resident_mb:.0f} |",
            flush=True,
        )
        loads.append(asdict(load))
    return loads


def _memory(server: Server, _: Server, data: Path, options: argparse.Namespace) -> list[object]:
    tokens = access_tokens(data, users=MEMORY_USERS)
    print("| turns | resident MB |")
    print("|---|---|")

    async def run() -> list[float]:
        sizes = []
        async for turns in _turns(server.url, tokens, options.turns):
            sizes.append(server.resident_mb())
            print(f"| {turns} | {sizes[-1]:.1f} |", flush=True)
        return sizes

    sizes = asyncio.run(run())
    grown = max(sizes) / sizes[0] - 1
    verdict = "flat" if grown <= MEMORY_AIM else "not flat"
    print(f"\n{verdict}: {grown:.1%} after the first {MEMORY_EVERY} turns (aim {MEMORY_AIM:.0%})")
    return list(sizes)


async def _turns(base: str, tokens: Sequence[str], turns: int) -> AsyncIterator[int]:
    """The number of turns so far, after every MEMORY_EVERY."""
    for begin in range(0, turns, MEMORY_EVERY):
        numbers = iter(range(begin, min(begin + MEMORY_EVERY, turns)))

        async def work(numbers: Iterator[int] = numbers) -> None:
            for number in numbers:
                reader = await product_reader(
                    base, tokens[number % len(tokens)], TURN, lambda *_: None
                )
                if not await reader.is_complete:
                    raise RuntimeError("An answer is not complete.")

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        yield min(begin + MEMORY_EVERY, turns)


_PARTS = {"first": _first, "streams": _streams, "memory": _memory}


if __name__ == "__main__":
    main()
