"""Finds what a machine reads or wrote: source code, commands, configuration, logs, mark-up."""

# ruff: noqa: E501  patterns of alternatives

import re

from knowledge.extraction.voices.canvas import Canvas
from knowledge.extraction.voices.parts import Voice

MAX_GAP_LINES = 2  # between two lines of code that belong together

_FENCE = re.compile(r"(?:```|~~~).*?(?:```|~~~|\Z)", re.DOTALL)
_INLINE = re.compile(r"`[^`\n]+`")
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1>|\Z)", re.DOTALL)
_ELEMENT = re.compile(
    r"<(?P<tag>[a-zA-Z][\w-]*)(?:\s[^<>\n]{0,200})?>[^<]{0,2000}(?:<(?!/?(?P=tag)\b)[^<]{0,500}){0,50}</(?P=tag)\s*>"
)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
# A statement within a line of prose.
_EMBEDDED = [
    re.compile(
        r"\b(?:SELECT\b[^;\n]{1,400}?\bFROM|INSERT INTO|DELETE FROM|UPDATE \w+ SET|(?:CREATE|ALTER|DROP) (?:TABLE|VIEW|INDEX))\b[^;\n]*(?:;|$)",
        re.MULTILINE,
    ),
    re.compile(r"\b(?:export )?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+=(?:\"[^\"\n]*\"|\S+)"),
    re.compile(r"\{\s*[\"']?\w+[\"']?\s*:[^{}\n]*\}"),
    re.compile(r"\b\w+\((?:[^()\n]*[\"'=][^()\n]*)?\)\s*(?:;|\{)"),
]
_LINE = re.compile(
    r"""
      \s*(?://|/\*|\*/|<!--|\#!|\#include\b|@\w+\(|\}\s*(?:else|catch|$)|\]\s*[;,]?$|\}[;,)]*\s*$)
    | \s*(?:\$|>>>|%|PS\ [A-Z]:\\[^>]*>|[\w.-]+@[\w.-]+:[^\s]*[$\#])\s+\S
    | Traceback\ \(most\ recent
    | \s*File\ "[^"]+",\ line\ \d
    | \s*at\ [\w.$<>]+\(
    | [\w.]*(?:Error|Exception|Warning):\s
    | \[?\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d[\d:.,Z+]*\]?.*\b(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL|TRACE|CRITICAL)\b
    | \[?(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL|TRACE)\]?:?\s+[\w.\[-]
    | \s*"[\w .-]+"\s*:\s*\S
    | \s*(?:[\w.]+\s+)?[A-Za-z_][\w.\[\]'"]*\s*(?:=|:=|\+=|-=)\s*(?:["'\[{(\d-]|\w+\(|(?:true|false|null|None|True|False|new|await)\b)
    | \s*(?:def|class|function|fn|func|interface|struct|enum)\s+\w+\s*[({:<]
    | \s*(?:async\s+)?(?:def|function)\b.*[({]
    | \s*(?:import|from)\s+[\w.{},* ]+(?:\s+(?:import|from)\s+\S+|;)\s*
    | \s*(?:import\s+[a-z_][\w.]*(?:\s+as\s+\w+)?|from\s+[\w.]+\s+import\s+.+)$
    | \s*(?:const|let|var|val|final|static|public|private|protected|int|float|double|string|bool|auto)\s+\w+[^.!?\n]*(?:=|;$|\{$)
    | \s*(?:if|for|while|switch|catch|elif|else\ if)\s*\(.*\)\s*(?:\{|:)?\s*$
    | \s*(?:if|for|while|elif|with|try|except|else|finally)\b[^.!?\n]*:\s*$(?=\n[ \t]+\S)
    | \s*(?:return|print|console\.\w+|raise|throw|assert|await|yield)\b\s*[(\w"'`].*(?:;|\))\s*$
    | \s*(?:sudo|git|docker|npm|npx|yarn|pip3?|uv|curl|wget|ssh|scp|kubectl|helm|apt(?:-get)?|brew|chmod|chown|mkdir|rm|cp|mv|grep|awk|sed|tar|make|cargo|go|python3?|node|echo|export|source|cd|ls)\s+[^\n]*(?:[|$"'=<>\\]|(?<!\w)--?\w|/\w|&&|\.\w{2,4}\b)
    | \s*[.\#]?[\w-]+(?:\s*[,>+~]\s*[.\#]?[\w-]+)*\s*\{\s*(?:[\w-]+\s*:.*)?$
    | \s*[\w-]+\s*:\s*[^;\n]+;\s*$
    | .*(?:=>|->|\(\);|\+\+;|\)\s*\{|;\s*\})\s*.*[;{})]\s*$
    """,
    re.VERBOSE,
)
_COMMENT = re.compile(r"\s*(?:#|--|\*)\s?\S")
_INDENTED = re.compile(r"(?:\t| {2,})\S")
_YAML = re.compile(r"\s*(?:- )?[a-z_][\w-]*:(?: .*)?$|\s*- \S|---\s*$")
_YAML_NESTED = re.compile(r"(?:[ \t]+(?:- )?[a-z_][\w-]*: ?.*|---\s*|[a-z_][\w-]*:\s*)$")


def claim_code(canvas: Canvas) -> None:
    """Code belongs to nobody, comments and strings in it included."""
    for pattern in (_FENCE, _INLINE, _SCRIPT, _ELEMENT, _TAG, *_EMBEDDED):
        canvas.claim_all(pattern, Voice.CODE)
    lines = list(canvas.lines())
    is_code = [_LINE.match(canvas.text, start, end) is not None for start, end in lines]
    is_code = _with_neighbours(canvas, lines, is_code)
    for (start, end), is_code_line in zip(lines, is_code, strict=True):
        if is_code_line:
            canvas.claim(start, end, Voice.CODE)
    _claim_yaml(canvas, lines)


def _with_neighbours(
    canvas: Canvas, lines: list[tuple[int, int]], is_code: list[bool]
) -> list[bool]:
    """Comments and indented lines beside code are code, and so is what stands between."""
    found = list(is_code)
    for order in (range(1, len(lines)), range(len(lines) - 2, -1, -1)):
        step = -1 if order.step == 1 else 1
        for number in order:
            start, end = lines[number]
            if found[number + step] and (
                _COMMENT.match(canvas.text, start, end) or _INDENTED.match(canvas.text, start, end)
            ):
                found[number] = True
    last = None
    for number, is_code_line in enumerate(found):
        if not is_code_line:
            continue
        if last is not None and 1 < number - last <= MAX_GAP_LINES + 1:
            found[last:number] = [True] * (number - last)
        last = number
    return found


def _claim_yaml(canvas: Canvas, lines: list[tuple[int, int]]) -> None:
    """Nested keys are configuration; a flat list of keys may be a person's form."""
    run: list[tuple[int, int]] = []
    for start, end in [*lines, (len(canvas.text), len(canvas.text))]:
        if start < end and _YAML.match(canvas.text, start, end):
            run.append((start, end))
            continue
        keys = sum(":" in canvas.text[begin:stop] for begin, stop in run)
        if keys >= 2 and any(_YAML_NESTED.match(canvas.text, *line) for line in run):
            for line in run:
                canvas.claim(*line, Voice.CODE)
        run = []
