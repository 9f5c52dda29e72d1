"""Under which heading of a page a statement stands, by its topic."""

# In the order in which a page has them. A topic is known by what is before its colon.
HEADINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Name", ("name", "call_me", "nickname", "full name")),
    ("Home and origin", ("home", "hometown", "address", "origin", "nationality", "birthplace")),
    ("Work", ("employer", "job", "work", "occupation", "salary", "colleague", "manager")),
    ("School and study", ("school", "study", "degree", "university")),
    (
        "People",
        ("partner", "child", "parent", "sibling", "relative", "relation", "friend", "family"),
    ),
    ("Pets", ("pet",)),
    (
        "Health",
        ("allergy", "condition", "medication", "health", "height", "weight", "blood type"),
    ),
    ("Food and drink", ("diet", "food", "drink")),
    (
        "Likes and dislikes",
        ("likes", "dislikes", "preference", "favourite", "favorite", "hobby", "interest"),
    ),
    ("Birthday and age", ("birthday", "age")),
    ("Contact", ("phone", "email", "website")),
    ("Languages", ("speaks", "native language", "language")),
    ("Belongings", ("owns", "possession")),
    ("Projects and groups", ("project", "membership", "member")),
    ("Wishes about answers", ("answer_style", "unit_style", "wish")),
)
OTHERS = "More"
NOTES = "Your notes"
SUMMARY = "In short"

_HEADING = {topic: heading for heading, topics in HEADINGS for topic in topics}
ORDER = (SUMMARY, *(heading for heading, _ in HEADINGS), OTHERS, NOTES)


def heading_of(topic: str) -> str:
    """The heading; that of everything else for a topic that has none."""
    return _HEADING.get(topic.partition(":")[0].strip().lower(), OTHERS)
