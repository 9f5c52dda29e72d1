"""Under which heading of a page a statement stands, by its topic."""

# In the order in which a page has them. A topic is known by what is before its colon.
HEADINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Name", ("name", "call_me", "nickname", "full name")),
    ("Home and origin", ("home", "hometown", "address", "origin", "nationality", "birthplace")),
    ("Work", ("employer", "job", "side_job", "work", "occupation", "salary")),
    ("School and study", ("school", "studies", "study", "degree", "university", "learns")),
    (
        "People",
        (
            *("partner", "marital_status", "child", "children", "children_count", "parent"),
            *("sibling", "siblings", "relative", "relation", "friend", "family", "manager"),
            *("contact", "death"),
        ),
    ),
    ("Pets", ("pet", "pet_count")),
    (
        "Health and body",
        (
            *("allergy", "allergies", "condition", "medication", "health", "smoking"),
            *("height", "weight", "size", "shoe_size", "blood type"),
        ),
    ),
    ("Food and drink", ("diet", "avoids", "food", "drink")),
    (
        "Likes and dislikes",
        ("likes", "dislikes", "preference", "favourite", "favorite", "hobby", "interest", "reads"),
    ),
    ("Birthday and age", ("birthday", "age")),
    ("Contact", ("phone", "email", "website")),
    ("Languages", ("speaks", "native language")),
    ("Belongings", ("owns", "uses", "possession")),
    ("Projects and groups", ("project", "membership", "member")),
    ("Wishes about answers", ("answer_style", "unit_style", "language", "wish")),
)
OTHERS = "More"
NOTES = "Your notes"
SUMMARY = "In short"

_HEADING = {topic: heading for heading, topics in HEADINGS for topic in topics}
ORDER = (SUMMARY, *(heading for heading, _ in HEADINGS), OTHERS, NOTES)


def heading_of(topic: str) -> str:
    """The heading; that of everything else for a topic that has none."""
    return _HEADING.get(topic.partition(":")[0].strip().lower(), OTHERS)
