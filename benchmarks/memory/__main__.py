"""How well the memory finds what was said, beside plain BM25 in the same run.

Usage: python -m benchmarks.memory --dataset FILE [--json OUT] [--observations] [--no-ablation]

The file is in LoCoMo's format. Every conversation goes the whole way: journal, job, worker,
ledger, indexes; then each question is recalled, without any language model. With --observations
the model extractor reads the messages instead of the rules; its model is `standin.py`.
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

from benchmarks.memory import standin
from benchmarks.memory.locomo import Conversation, load

RETRIEVERS = ("words", "meaning", "tokens", "time", "graph")
AIMS = {"R@5": 0.72, "R@10": 0.80, "R@50": 0.93, "session hit@5": 0.95}
RULES = "the rules"
OBSERVED = "the model extractor, its model a stand-in that tells the dataset's observations"
CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial"}


def main() -> None:
    """Run, print tables and write the same as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True, metavar="FILE")
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument(
        "--no-ablation", action="store_true", help="do not leave out retrievers in turn"
    )
    parser.add_argument(
        "--observations", action="store_true", help="learn through the model extractor"
    )
    parser.add_argument("--data", help="keep the services' data in this directory")
    options = parser.parse_args()
    conversations = load(options.dataset)
    with (
        tempfile.TemporaryDirectory() as temporary,
        _extractor(conversations, observations=options.observations) as report,
    ):
        _environment(options.data or temporary)
        report.update(
            measure(conversations, extractor=report["extractor"], ablation=not options.no_ablation)
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


def measure(
    conversations: Sequence[Conversation], *, extractor: str, ablation: bool
) -> dict[str, Any]:
    """All figures, on services of our own."""
    import django  # noqa: PLC0415  the environment comes first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from exobrain.embedded import Service, hold  # noqa: PLC0415
    from exobrain.lib.config import get_config  # noqa: PLC0415

    with hold(get_config().data_dir, services=set(Service)):
        call_command("migrate", verbosity=0)
        return _measured(conversations, extractor=extractor, ablation=ablation)


def _measured(
    conversations: Sequence[Conversation], *, extractor: str, ablation: bool
) -> dict[str, Any]:
    from benchmarks.memory import floors, pipeline  # noqa: PLC0415  need the settings
    from benchmarks.memory.metrics import Outcome, difference, figures  # noqa: PLC0415

    with pipeline.processes():
        memories = [pipeline.journalled(conversation) for conversation in conversations]
        seconds = pipeline.learned(memories)
    messages = sum(len(conversation.turns) for conversation in conversations)

    def run(*without: str) -> list[Outcome]:
        return [
            pipeline.asked(memory, question, without=without)
            for memory, conversation in zip(memories, conversations, strict=True)
            for question in conversation.questions
        ]

    ours = run()
    rows = {
        "BM25": figures(floors.outcomes(conversations, floors.turns_alone)),
        "BM25 with neighbours": figures(
            floors.outcomes(conversations, floors.turns_with_neighbours)
        ),
        "Exobrain": figures(ours),
    }
    print(f"\nLearned by {extractor}")
    _print_table(f"{len(ours)} questions, all categories", rows)
    by_category = {
        name: figures([each for each in ours if each.question.category == number])
        for number, name in CATEGORIES.items()
        if any(each.question.category == number for each in ours)
    }
    _print_table("Exobrain by category", by_category)
    ablated = {}
    if ablation:
        ablated = {f"without {name}": run(name) for name in RETRIEVERS}
        _print_table(
            "Exobrain, retriever by retriever", {name: figures(o) for name, o in ablated.items()}
        )
        print("What each retriever is worth, R@10, with its interval of 95 %:")
        for name, outcomes in ablated.items():
            worth = difference(ours, outcomes, "R@10")
            print(f"  {name:20} {worth.mean:+.3f}  [{worth.low:+.3f}, {worth.high:+.3f}]")
    print(f"\n{messages} messages learned in {seconds:.1f} s: {messages / seconds:.0f} a second")
    return {
        "floors_and_ours": rows,
        "by_category": by_category,
        "ablation": {name: figures(outcomes) for name, outcomes in ablated.items()},
        "ingest": {"messages": messages, "seconds": seconds},
    }


def _print_table(title: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
    columns: Sequence[str] = list(next(iter(rows.values())))
    print(f"\n{title}")
    print(" " * 22 + "".join(f"{column:>22}" for column in columns))
    for name, row in rows.items():
        cells = (f"{f.mean:.3f} [{f.low:.3f}-{f.high:.3f}]" for f in row.values())
        print(f"{name:22}" + "".join(f"{cell:>22}" for cell in cells))
    aims = (f"aim {AIMS[column]:.2f}" if column in AIMS else "" for column in columns)
    print(" " * 22 + "".join(f"{aim:>22}" for aim in aims))


if __name__ == "__main__":
    main()
