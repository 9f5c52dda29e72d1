"""How well the memory finds what was said, beside plain BM25 in the same run.

Usage: python -m benchmarks.memory --dataset FILE [--json OUT] [--observations] [--no-ablation]

The file is in LoCoMo's format or in BEAM's (`locomo.py`, `beam.py`). Every conversation goes the
whole way: journal, job, worker, ledger, indexes; then each question is recalled, without any
language model. `given@2000` is the evidence in what chat would put into the prompt. Of chats with
an assistant only the user's messages are ranked. With --observations the model extractor reads the
messages instead of the rules; its model is `standin.py`. With --data DIR the memories are kept,
and asked again by the next run; --reindex makes their indexes anew before.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.memory import beam, locomo, standin
from benchmarks.memory.locomo import Conversation

PARTS = ("words", "meaning", "tokens", "time", "graph", "facts")
AIMS = {
    "LoCoMo": {"R@5": 0.81, "R@10": 0.89, "R@50": 0.96, "session hit@5": 0.97, "given@2000": 0.94},
    "BEAM": {"R@10": 0.70, "given@2000": 0.75},
}
RULES = "the rules"
OBSERVED = "the model extractor, its model a stand-in that tells the dataset's observations"
FEW_LINES = 2


def main() -> None:
    """Run, print tables and write the same as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True, metavar="FILE")
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--no-ablation", action="store_true", help="do not leave out parts in turn")
    parser.add_argument(
        "--observations", action="store_true", help="learn through the model extractor"
    )
    parser.add_argument("--data", help="keep the services' data in this directory")
    parser.add_argument("--reindex", action="store_true", help="make kept indexes anew")
    options = parser.parse_args()
    samples = json.loads(options.dataset.read_text())
    kind = "BEAM" if "messages" in samples[0] else "LoCoMo"
    conversations = beam.load(samples) if kind == "BEAM" else locomo.load(samples)
    with (
        tempfile.TemporaryDirectory() as temporary,
        _extractor(conversations, observations=options.observations) as report,
    ):
        _environment(options.data or temporary)
        report.update(
            measure(
                conversations,
                kind=kind,
                extractor=report["extractor"],
                ablation=not options.no_ablation,
                reindex=options.reindex,
                keeps_data=options.data is not None,
            )
        )
    if options.json:
        options.json.write_text(json.dumps(report, indent=2, default=asdict) + "\n")


def _environment(data: str) -> None:
    os.environ.update(EXOBRAIN_DATA=data, APP_ENV="local", LOG_LEVEL="WARNING")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")


@contextmanager
def _extractor(
    conversations: Sequence[Conversation], *, observations: bool
) -> Iterator[dict[str, Any]]:
    """The environment names what reads the messages; so does the report."""
    if not observations:
        os.environ["KNOWLEDGE_EXTRACTOR"] = "rules"
        yield {"extractor": RULES}
        return
    with standin.serving(conversations) as server:
        os.environ.update(server.environment)
        report: dict[str, Any] = {"extractor": OBSERVED}
        yield report
        report["stand_in"] = {"questions": server.questions, "observations": len(server.told)}
    print(f"The stand-in was asked {server.questions} times: {len(server.told)} observations")


def measure(conversations: Sequence[Conversation], **options: Any) -> dict[str, Any]:
    """All figures, on services of our own."""
    import django  # noqa: PLC0415  the environment comes first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from exobrain.embedded import Service, hold  # noqa: PLC0415
    from exobrain.lib.config import get_config  # noqa: PLC0415

    with hold(get_config().data_dir, services=set(Service)):
        call_command("migrate", verbosity=0)
        return _measured(conversations, **options)


def _measured(
    conversations: Sequence[Conversation],
    *,
    kind: str,
    extractor: str,
    ablation: bool,
    reindex: bool,
    keeps_data: bool,
) -> dict[str, Any]:
    from benchmarks.memory import floors, metrics, pipeline  # noqa: PLC0415  need the settings
    from benchmarks.memory.metrics import Outcome, difference, figures  # noqa: PLC0415

    memories = [pipeline.journalled(conversation) for conversation in conversations]
    seconds = 0.0
    if any(memory.is_new for memory in memories):
        with pipeline.processes():
            seconds = pipeline.learned(memories)
    if reindex:
        pipeline.reindexed(memories)
    messages = sum(len(conversation.turns) for conversation in conversations)
    ranked = beam.is_users if kind == "BEAM" else bool

    def run(*without: str) -> list[Outcome]:
        return [
            pipeline.asked(memory, question, ranked=ranked, without=without)
            for memory, conversation in zip(memories, conversations, strict=True)
            for question in conversation.questions
        ]

    ours = run()
    words_only = run("meaning", "tokens")
    rows = {
        "BM25": figures(floors.outcomes(conversations, floors.turns_alone)),
        "BM25 with neighbours": figures(
            floors.outcomes(conversations, floors.turns_with_neighbours)
        ),
        "Exobrain, words only": figures(words_only),
        "Exobrain": figures(ours),
    }
    print(f"\nLearned by {extractor}")
    _print_table(f"{kind}: {len(ours)} questions, all categories", rows, aims=AIMS[kind])
    categories = sorted({each.question.category for each in ours})
    by_category = {
        name: figures([each for each in ours if each.question.category == name])
        for name in categories
    }
    _print_table("Exobrain by category", by_category)
    # What another's memory has on a question is nothing.
    lines = [
        len(pipeline.given_to_model(memory, question.text))
        for memory, other in zip(memories, [*conversations[1:], conversations[0]], strict=True)
        for question in other.questions
    ]
    few = sum(count <= FEW_LINES for count in lines) / len(lines)
    print(f"\nNothing known: {sum(lines) / len(lines):.1f} lines given, {few:.2f} with at most two")
    ablated = {}
    if ablation:
        ablated = {f"without {name}": run(name) for name in PARTS}
        for name, without in pipeline.INDEXED_PARTS.items():
            with without():
                pipeline.reindexed(memories)
                ablated[f"without {name}"] = run()
        if keeps_data:
            pipeline.reindexed(memories)
        _print_table("Exobrain, part by part", {name: figures(o) for name, o in ablated.items()})
        for measure in ("R@10", f"given@{metrics.BUDGET_TOKENS}"):
            print(f"What each part is worth, {measure}, with its interval of 95 %:")
            for name, outcomes in ablated.items():
                worth = difference(ours, outcomes, measure)
                print(f"  {name:20} {worth.mean:+.3f}  [{worth.low:+.3f}, {worth.high:+.3f}]")
    if seconds:
        rate = messages / seconds
        print(f"\n{messages} messages learned in {seconds:.1f} s: {rate:.0f} a second")
    return {
        "floors_and_ours": rows,
        "by_category": by_category,
        "nothing_known": {"lines": sum(lines) / len(lines), "at_most_two": few},
        "ablation": {name: figures(outcomes) for name, outcomes in ablated.items()},
        "ingest": {"messages": messages, "seconds": seconds},
    }


def _print_table(
    title: str, rows: Mapping[str, Mapping[str, Any]], *, aims: Mapping[str, float] | None = None
) -> None:
    columns: Sequence[str] = list(next(iter(rows.values())))
    print(f"\n{title}")
    print(" " * 22 + "".join(f"{column:>22}" for column in columns))
    for name, row in rows.items():
        cells = (f"{f.mean:.3f} [{f.low:.3f}-{f.high:.3f}]" for f in row.values())
        print(f"{name:22}" + "".join(f"{cell:>22}" for cell in cells))
    if aims:
        cells = (f"aim {aims[column]:.2f}" if column in aims else "" for column in columns)
        print(" " * 22 + "".join(f"{cell:>22}" for cell in cells))


if __name__ == "__main__":
    main()
