"""What a call of a tool may do, whatever the model says.

Filters that look for evil text do not work (arXiv 2605.08442: 88 % of attacks pass them); limits on
what a call can do work. So nothing here reads what a text says. Text from the web, from another
program's tool or pasted by the user never widens what is allowed, and narrows it:

- only addresses that the user typed or a tool of this turn returned are fetched, and as they were
  named, so that no address can carry what the model knows to whoever reads that server's log (a
  page that links to many can still learn which one was chosen: `web_fetch` keeps those few);
- once there is text from outside, a search may have only words that are public already, those of
  the user's question and of what tools returned, and nothing of how the model writes them;
- once there is text from outside, other programs' tools are asked only where the operator says that
  they only read, and with such words only;
- writing to the memory is done at once only when the user's own message asks for it, and is
  otherwise proposed on the page.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from chat.tools.base import TurnContext
from exobrain.lib.web_address import AddressRefused, read_address

LINKS_OF_A_PAGE = 50  # and of a pasted text, that count
PASTED_CHARACTERS = 1_200  # a longer question is taken to hold what somebody else wrote
SMALL_NUMBER = 100  # up to it a number is a limit or a page
MOST_PARTS_WITHOUT_TEXT = 8  # of a call's arguments: numbers, switches, lists, objects
_ADDRESS = re.compile(
    r"(?i)\b(?:https?://|www\.)[^\s<>\"'`]+"
    r"|(?<![@\w.-])(?:[^\W_][\w-]*\.)+[^\W\d_]{2,24}/[^\s<>\"'`]*"
)
_BARE_HOST = re.compile(r"(?<![@\w.-])(?:[^\W_][\w-]*\.)+[^\W\d_]{2,24}(?![\w@-])")
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_WORD = re.compile(r"\w+")
# Between words of a call; others, and rows of them, could say anything.
_ODD_MARKS = re.compile(r"[^\w\s]{2}|\s{2}|[^\w \n.,:;/@'\"?!-]")
_YEAR = re.compile(r"(19|20)\d\d")
# Words that any search may have: they say nothing of anybody.
_USUAL_WORDS = frozenset(
    """a an and are as at best by can current date details did do does documentation explained facts
    for from guide help history how in info information is it latest list meaning near new news
    now of official on online or price prices recent review reviews site source sources that the
    time to today tomorrow tutorial update updates url us version vs was weather web what when where
    which who why wiki wikipedia with work world year yesterday
    aktuell am das der die ein eine heute im ist mit morgen neu neueste und von was wer wie wo zu
    """.split()  # noqa: SIM905  words read best as words
)


def addresses_in(text: str, *, most: int | None = None) -> set[str]:
    """The web addresses that a text names, or its first, in the form in which they are compared."""
    found = [_without_punctuation(each) for each in _ADDRESS.findall(text)]
    found += _BARE_HOST.findall(_ADDRESS.sub(" ", text))
    return {normal for each in found[:most] if (normal := normal_address(each))}


def _without_punctuation(address: str) -> str:
    """The address without what the sentence around it has put at its end."""
    while address:
        last = address[-1]
        is_closing = last in _BRACKETS and address.count(last) > address.count(_BRACKETS[last])
        if not is_closing and last not in ".,;:!?»«”“’*_":
            break
        address = address[:-1]
    return address


def normal_address(address: str) -> str:
    """The address in its one form (`exobrain.lib.web_address`); empty when it is none to fetch."""
    address = address.strip()
    try:
        return str(read_address(address if "://" in address else f"https://{address}"))
    except AddressRefused:
        return ""


def looks_pasted(question: str) -> bool:
    """True when the question is so long that it may hold somebody else's words."""
    return len(question) > PASTED_CHARACTERS


def known_address(address: str, turn: TurnContext) -> str:
    """This address as the user or a tool named it, which is how to fetch it; empty: nobody did.

    Models write http for https and add a slash or leave one out. What they make of an address is
    never sent, so that nothing can be told by the way they write it.
    """
    wanted = normal_address(address)
    if not wanted:
        return ""
    known = {normal for each in turn.addresses if (normal := normal_address(each))}
    if wanted in known:
        return wanted
    alike = sorted(each for each in known if _loosely(each) == _loosely(wanted))
    return alike[-1] if alike else ""  # https is the last


def _loosely(address: str) -> str:
    """A normal address without what models change: the scheme, and one slash at a path's end."""
    rest = address.partition("://")[2]
    return rest if "?" in rest else rest.removesuffix("/")


def private_words_of(query: str, turn: TurnContext) -> set[str]:
    """Words of a search that nobody may be told while text from outside is in the turn.

    Empty while there is none: then the user's own question is all that the model obeys.
    """
    if not turn.has_outside_text:
        return set()
    found = set().union(*(_words(text) for text in turn.outside_text))
    # A page that lists letters or digits could have anything spelt with them.
    public = _words(turn.question).union(word for word in found if not _can_spell(word))
    return _words(query) - public - _USUAL_WORDS


def plainly(query: str) -> str:
    """The words of a search, each once, in small letters.

    The marks between them, their capitals and how often one comes could say anything.
    """
    return " ".join(dict.fromkeys(word.casefold() for word in _WORD.findall(query)))


def known_domain(domain: str, turn: TurnContext) -> str:
    """The domain, if an address that the user or a tool named is of it; else empty."""
    wanted = _host_of(domain)
    hosts = {_host_of(each) for each in turn.addresses}
    is_known = any(host == wanted or host.endswith(f".{wanted}") for host in hosts)
    return wanted if wanted and is_known else ""


def _host_of(address: str) -> str:
    normal = normal_address(address)
    return read_address(normal).host if normal else ""


def _can_spell(word: str) -> bool:
    """True for syllables and numbers other than years."""
    return len(word) < 3 or (word.isdecimal() and not _YEAR.fullmatch(word))


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def asks_for(question: str, wish: re.Pattern[str]) -> bool:
    """True when the user's own message, typed and not pasted, asks for it."""
    return not looks_pasted(question) and wish.search(question) is not None


def why_not_asked(
    arguments: Mapping[str, Any],
    turn: TurnContext,
    *,
    is_read_only: bool,
    told: str,
    names: Collection[str],
) -> str:
    """Why another program's tool is not asked this in this turn; empty: it may be.

    `told` is all that the program says of the tool and `names` are those of its arguments: they
    are no secret from it.
    """
    if not turn.has_outside_text:
        return ""
    if not is_read_only:
        return (
            "After text from outside was read, a tool of another program that may change something "
            "is not used. On a day without such text it can be."
        )
    private = private_words_of(strings_of(arguments), turn)
    public = {word for word in _words(told) if not _can_spell(word)}
    is_odd = any(
        isinstance(each, str) and _ODD_MARKS.search(each.replace("://", "/"))
        for each in _parts_of(arguments)
    )
    if is_odd or private - public - {name.casefold() for name in names}:
        return (
            "After text from outside was read, a tool of another program is told only words of the "
            "user's question and of what was found."
        )
    if sum(1 for _ in _parts_without_text(arguments)) > MOST_PARTS_WITHOUT_TEXT:
        return "After text from outside was read, a tool of another program is told only little."
    return ""


def strings_of(arguments: Mapping[str, Any]) -> str:
    """All text in the arguments, joined, with the numbers that could tell something; for a tool of
    another program."""
    return " ".join(
        str(each)
        for each in _parts_of(arguments)
        if isinstance(each, str) or (isinstance(each, int | float) and not _says_little(each))
    )


def _parts_without_text(arguments: Mapping[str, Any]) -> Iterator[Any]:
    """Switches, small numbers and whatever holds others: a row of them could spell anything."""
    return (each for each in _parts_of(arguments) if not isinstance(each, str))


def _says_little(number: float) -> bool:
    return isinstance(number, int) and 0 <= number <= SMALL_NUMBER


def _parts_of(arguments: Mapping[str, Any]) -> Iterator[Any]:
    """Every name and value in the arguments, and every list and object within them."""
    pending: list[Any] = [*arguments.keys(), *arguments.values()]
    while pending:
        part = pending.pop()
        yield part
        if isinstance(part, dict):
            pending += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            pending += part
