"""The readable text of a page, for `direct`; run as a program of its own.

Reads a line of JSON with the page's `url` and `charset`, then the page; writes JSON with `title`,
`raw_content` and `links`.
"""

import json
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urljoin

CPU_SECONDS = 5
MEMORY_BYTES = 1_500_000_000
TEXT_CHARACTERS = 100_000
TITLE_CHARACTERS = 1_000
MAX_LINKS = 200  # further ones are hardly read
LINK_CHARACTERS = 2_048


def main() -> None:
    """The page that is written to the standard input is read."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    head = json.loads(sys.stdin.buffer.readline())
    body = sys.stdin.buffer.read()
    json.dump(readable(body, url=head["url"], charset=head["charset"]), sys.stdout)


def readable(body: bytes, *, url: str, charset: str) -> dict[str, object]:
    """Title, text and links of the page."""
    import trafilatura  # noqa: PLC0415  after the limits
    from trafilatura.utils import load_html  # noqa: PLC0415

    tree = load_html(body.decode(charset, errors="replace") if charset else body)
    if tree is None:
        return {"title": None, "raw_content": "", "links": []}
    title = next((each.text_content() for each in tree.iter("title")), "")
    base = next((each.get("href") for each in tree.iter("base") if each.get("href")), "")
    links = list(islice(_links(tree, urljoin(url, base)), MAX_LINKS))
    document = trafilatura.bare_extraction(
        tree, url=url, with_metadata=False, include_comments=False, favor_recall=True
    )
    text = getattr(document, "text", None) or trafilatura.html2txt(body)
    return {
        "title": title[:TITLE_CHARACTERS] or None,
        "raw_content": text[:TEXT_CHARACTERS],
        "links": links,
    }


def _links(tree: object, base: str) -> Iterator[str]:
    """Where the page's links lead, each once."""
    seen: set[str] = set()
    for link in tree.iter("a"):  # type: ignore[attr-defined]  # lxml has no types here
        href = link.get("href") or ""
        if len(href) > LINK_CHARACTERS:
            continue
        try:
            address = urljoin(base, href.strip())
        except ValueError:
            continue
        if address.lower().startswith(("http://", "https://")) and address not in seen:
            seen.add(address)
            yield address


if __name__ == "__main__":
    main()
