"""Lines of an address book name a role, its holder and how to reach them."""

from tests.knowledge.extraction.support import names, read, stated_facts


def test_the_holder_and_their_number_are_known() -> None:
    """The number is theirs, not the user's."""
    found = read("Electrician: Tove Lindgren, 0170 5552211")

    assert stated_facts(found) == {
        ("user", "contact:tove lindgren", "tove lindgren"),
        ("Tove Lindgren", "phone", "01705552211"),
    }
    assert names(found) == {"Tove Lindgren"}


def test_an_address_will_do() -> None:
    """An e-mail address in place of a number."""
    found = read("My vet: Jana Blum, jana@praxis.example")

    assert ("Jana Blum", "email", "jana@praxis.example") in stated_facts(found)


def test_a_chat_log_is_no_address_book() -> None:
    """What somebody says behind a label is theirs."""
    found = read("Electrician: I moved to Porto\nTove: nice")

    assert not any(who == "user" for who, _, _ in stated_facts(found))
