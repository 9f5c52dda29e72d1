"""Reads lists of tasks: "To do: call the plumber, book a table", "- [ ] dentist Tuesday 9am".

An open task is the user's own plan, an event with its day where it names one. A ticked one is done
and says nothing.
"""

import re
from collections.abc import Iterator

from knowledge.extraction.restated import Restated
from knowledge.extraction.voices.parts import Voice
from knowledge.extraction.voices.sentences import read_sentences

LONGEST_TASK_CHARS = 160
FEWEST_LETTERS = 3  # of a task; less is a mark

_HEADING = re.compile(
    r"(?i)[ \t]*(?:#+ *)?(?:(?:my|our|the) )?(?:to[ -]?dos?|tasks?|errands|things to do)"
    r"(?: list)?(?: (?:for )?(?P<when>today|tomorrow|tonight|(?:this|next) (?:week|month)|"
    r"the weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)day))?"
    r"[ \t]*(?P<colon>:?)[ \t]*(?P<inline>[^\n]*)$"
)
_BOX = re.compile(
    r"[ \t]*(?:[-*•+][ \t]*|\d+[.)][ \t]*)?\[(?P<mark>[ xX✓✔])\][ \t]+(?P<what>\S[^\n]*)$"
)
_BULLET = re.compile(r"[ \t]*(?:[-*•+]|\d+[.)])[ \t]+(?P<what>\S[^\n]*)$")
_DONE = re.compile(r"(?i)^(?:nothing|none|n/a|tbd)\W*$|~~|\bdone\W*$|[✓✔✅]")
_INLINE = re.compile(r"[^,;]+")


def open_tasks(content: str) -> list[Restated]:
    """The tasks of a message that are still to be done, in order; `text` is what to do."""
    own = (
        [
            (one.start, one.end)
            for one in read_sentences(content)
            if one.voice is Voice.OWN and one.teller is None
        ]
        if "[" in content or _HEADING_WORD.search(content)
        else []
    )
    return [
        task
        for task in _listed(content)
        if any(start <= task.start + 1 and task.start < end for start, end in own)
    ]


_HEADING_WORD = re.compile(
    r"(?im)^[ \t#]*(?:(?:my|our|the) )?(?:to[ -]?do|task|errand|things to do)"
)


def _listed(content: str) -> Iterator[Restated]:
    is_list, when = False, ""  # a heading stands above, perhaps with a day
    position = 0
    for line in content.split("\n"):
        box, bullet = _BOX.match(line), _BULLET.match(line)
        heading = _HEADING.match(line) if box is None and bullet is None else None
        if box is not None and box["mark"] == " ":
            yield from _task(position, box.start("what"), box["what"], when)
        elif box is None and bullet is not None and is_list:
            yield from _task(position, bullet.start("what"), bullet["what"], when)
        elif heading is not None and heading["inline"] and heading["colon"]:
            for item in _INLINE.finditer(heading["inline"]):
                start = heading.start("inline") + item.start()
                yield from _task(position, start, item[0], heading["when"] or "")
        if box is None and bullet is None:
            is_list = heading is not None and not heading["inline"]
            when = (heading["when"] or "") if heading is not None else ""
        position += len(line) + 1


def _task(line_start: int, start: int, said: str, when: str) -> Iterator[Restated]:
    what = said.strip(" \t\r.!*_")
    if sum(map(str.isalpha, what)) < FEWEST_LETTERS or _DONE.search(what):
        return
    begin = line_start + start + said.index(what)
    what = what[:LONGEST_TASK_CHARS]
    yield Restated(begin, begin + len(what), f"{what} {when}".strip())
