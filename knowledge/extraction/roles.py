"""Which roles one person cannot have at once.

A role is what somebody is to the user, in the words of the table of topics: sister, manager.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FAMILY = _words(
    "mother father sister brother daughter son grandmother grandfather grandson granddaughter "
    "aunt uncle cousin niece nephew stepmother stepfather stepson stepdaughter stepsister "
    "stepbrother mother_in_law father_in_law sister_in_law brother_in_law daughter_in_law "
    "son_in_law parent child sibling grandparent grandchild baby twin"
)
COUPLE = _words(
    "partner wife husband spouse girlfriend boyfriend fiance fiancee ex "
    "ex_wife ex_husband ex_girlfriend ex_boyfriend"
)
# Everybody may be a friend or a neighbour besides.
COMPANY = _words("friend neighbour neighbor roommate flatmate housemate acquaintance teammate")
PETS = _words("pet dog cat horse rabbit hamster bird parrot fish")
# Of which the user has one at a time.
ONLY_ONE = COUPLE | _words("mother father mother_in_law father_in_law boss landlord")


def exclude_each_other(left: str, right: str) -> bool:
    """True when nobody is both to one user: a sister and an aunt, a sister and a boss."""
    if left == right or {left, right} & COMPANY:
        return False
    groups = (FAMILY, COUPLE, PETS)
    ours, theirs = ([group for group in groups if role in group] for role in (left, right))
    if not ours and not theirs:
        return False  # a boss may be a client, too
    if ours and ours == theirs:
        return ours[0] is not COUPLE and not _is_wider(left, right)
    return True


def _is_wider(left: str, right: str) -> bool:
    """True when one of two roles of a family is only a wider word for the other."""
    wider = {"parent", "child", "sibling", "grandparent", "grandchild", "baby", "twin", "pet"}
    return bool({left, right} & wider)
