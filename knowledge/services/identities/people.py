"""What names of people tell, and the aliases by which the holders of roles are known. Pure."""

from collections.abc import Iterable

from knowledge import identity


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROLE_PREFIX = "my "  # of the alias by which the holder of a role is known

TITLES = _words(
    "mr mrs ms miss dr doctor prof professor sir lady dame lord frau herr fraulein "
    "aunt auntie uncle granny grandma grandpa tante onkel oma opa "
    "sister brother coach captain"
)
# First names and what their bearers are called, where that does not begin alike.
SHORT_FORMS = {
    "william": "bill billy will willy liam",
    "robert": "bob bobby",
    "richard": "dick rick ricky",
    "john": "jack johnny",
    "james": "jim jimmy jamie",
    "margaret": "peggy meg maggie greta grete",
    "elizabeth": "liz beth betty lisa elsie eliza lizzie libby",
    "elisabeth": "liz beth lisa else elli sissi",
    "catherine": "kate kathy katie kitty kat",
    "katherine": "kate kathy katie kitty kat",
    "katharina": "kathi kati kaethe",
    "edward": "ted ned teddy",
    "theodore": "ted",
    "charles": "chuck charlie",
    "henry": "harry hank",
    "anthony": "tony",
    "antonio": "toni tonio",
    "thomas": "tom tommy",
    "alexander": "sasha sascha xander lex",
    "alexandra": "sasha sascha lexi",
    "francis": "frank",
    "franziska": "sissi ziska",
    "johannes": "hans hannes jo",
    "josef": "sepp jupp",
    "joseph": "joe sepp",
    "friedrich": "fritz fred",
    "heinrich": "heinz heiner",
    "ulrich": "uli",
    "wolfgang": "wolfi",
    "michael": "mike mick micha",
    "stephen": "steve",
    "steven": "steve",
    "susanne": "sanne suse",
    "sarah": "sally",
    "mary": "molly polly",
    "patricia": "trish tricia",
    "rebecca": "becky",
    "matthew": "matt",
    "andrew": "drew",
    "isabella": "bella",
    "philip": "pip",
    "sebastian": "basti bastian",
    "christian": "chris",
    "christopher": "kit topher",
    "nicholas": "nick nicky nico",
    "abigail": "abby gail",
    "nathaniel": "nate nat",
    "zachary": "zack",
    "frederick": "freddie rick",
    "lawrence": "larry laurie",
    "gerald": "jerry",
    "harold": "harry hal",
    "eleanor": "ellie nell nora",
    "dorothy": "dot dolly",
    "virginia": "ginny",
    "victoria": "vicky tori",
    "jacob": "jake",
    "rosemary": "rosie",
    "judith": "judy",
    "susan": "suzie",
    "theresa": "terry tess",
    "veronica": "ronnie",
    "caroline": "carrie",
    "christina": "tina",
    "christine": "tina",
    "martina": "tina",
    "bettina": "tina",
    "eugene": "gene",
    "albert": "bert",
    "francisco": "paco",
    "jose": "pepe",
    "ignacio": "nacho",
    "giuseppe": "beppe",
}
LEAST_SHORT_CHARS = 3  # of a short form that is the beginning of a name


def role_alias(role: str) -> str:
    """By what normal name the holder of a role is known."""
    return identity.normal_name(f"{ROLE_PREFIX}{role}")


def role_of_alias(normal_name: str) -> str:
    """The role of such a name; empty for other names."""
    role = normal_name.removeprefix(ROLE_PREFIX)
    return role.replace(" ", "_") if role != normal_name else ""


# Of titles that one person may have both: Dr. and Prof.
_TITLE_KINDS = {
    **dict.fromkeys(_words("mr herr sir"), "mr"),
    **dict.fromkeys(_words("mrs ms miss frau lady"), "mrs"),
    **dict.fromkeys(_words("dr doctor prof professor"), "dr"),
}


def titles_in(normal_names: Iterable[str]) -> set[str]:
    """By which kinds of title somebody of these names is called."""
    first = {name.split()[0] for name in normal_names if " " in name}
    return {_TITLE_KINDS[word] for word in first if word in _TITLE_KINDS}


def called(title: str, name: str) -> str:
    """The name as it is shown, of a page and in lists: with the title, where there is one."""
    return f"{title} {name}"[: identity.MAX_NAME_CHARS] if title else name


def bare_name(normal_name: str) -> str:
    """The name without titles: "frau weber" and "dr weber" are both Weber."""
    words = normal_name.split()
    bare = [word for word in words if word not in TITLES]
    return " ".join(bare) if bare else normal_name


def is_variant(left: str, right: str) -> bool:
    """True when two normal names may be of one person: Deb and Deborah, Bob Hill and Robert."""
    ours, theirs = bare_name(left).split(), bare_name(right).split()
    if not ours or not theirs:
        return False
    if len(ours) > 1 and len(theirs) > 1 and ours[-1] != theirs[-1]:
        return False
    if len(ours) > 1 and len(theirs) > 1 and 1 in (len(ours[0]), len(theirs[0])):
        return ours[0][0] == theirs[0][0]  # J. Whitfield
    if ours[0] == theirs[0] or _is_short_form(ours[0], theirs[0]):
        return True
    # A surname alone: Halloran of Mary Halloran.
    return min(len(ours), len(theirs)) == 1 and ours[-1] == theirs[-1]


def is_longer_form(left: str, right: str) -> bool:
    """True when one of two normal names is the other with a surname."""
    ours, theirs = bare_name(left).split(), bare_name(right).split()
    return ours[:1] == theirs[:1] and is_variant(left, right)


def _is_short_form(left: str, right: str) -> bool:
    for short, name in ((left, right), (right, left)):
        if short in SHORT_FORMS.get(name, "").split():
            return True
        for stem in {short, _stem_of(short)}:
            if LEAST_SHORT_CHARS <= len(stem) < len(name) and name.startswith(stem):
                return True
    return False


def _stem_of(short: str) -> str:
    """A pet name without its ending: Robbi, Debbie, Tommy."""
    for ending in ("ie", "i", "y"):
        if short.endswith(ending):
            stem = short.removesuffix(ending)
            doubled = len(stem) > LEAST_SHORT_CHARS and stem[-1] == stem[-2]
            return stem[:-1] if doubled else stem
    return short


def beginnings_of(normal_name: str) -> set[str]:
    """By which beginnings of their first name somebody may be known: max, maxi of Maximilian."""
    first = bare_name(normal_name).split()[:1]
    return {word[:size] for word in first for size in range(LEAST_SHORT_CHARS, len(word))}


def short_forms_of(normal_name: str) -> set[str]:
    """First names by which somebody of this one may be known, and the other way round."""
    first = bare_name(normal_name).split()[:1]
    found: set[str] = set()
    for name, forms in SHORT_FORMS.items():
        if first and (first[0] == name or first[0] in forms.split()):
            found |= {name, *forms.split()}
    return found - {normal_name}
