"""Passwords, codes and numbers that nobody else is to see."""

import pytest

from knowledge.extraction.voices.explicit import own_secrets

SECRETS = [
    ("The wifi password at the hut is goosefoot55.", "goosefoot55"),
    ("my sim pin is 8841, don't lose it", "8841"),
    ("Spotify login: ida@a.example / Rose!Hip7", "Rose!Hip7"),
    ("My passport number is C9876543.", "C9876543"),
    ("The alarm in the shop is switched off with 1357#.", "1357#"),
    ("The safe opens with 7731.", "7731"),
    ("STRIPE_SECRET=abc_def_12345 does not load", "abc_def_12345"),
    ("here is my key: sk-live-aaBBcc11223344", "sk-live-aaBBcc11223344"),
    ("ghp_abcdefghijklmnopqrs0123456 is the token", "ghp_abcdefghijklmnopqrs0123456"),
    ("My SSN is 123-45-6789.", "123-45-6789"),
    ("my password for the router is swordfish", "swordfish"),
    ("The combination for my locker: 12-34-07", "12-34-07"),
    ("bike lock combo is 5-19-33", "5-19-33"),
    ("NI number AB 65 43 21 D, for the payroll form", "AB 65 43 21 D"),
    ("My NHS number: 943 476 5919", "943 476 5919"),
    ("Our garage code is now 8814", "8814"),
    ("The code for the front door is 9911#", "9911#"),
    ("My IBAN is DE89 3704 0044 0532 0130 00.", "DE89 3704 0044 0532 0130 00"),
    ("I pay with 4111 1111 1111 1111", "4111 1111 1111 1111"),
    ("The recovery code is 8f3k-22lm-9q", "8f3k-22lm-9q"),
    ("4471 is the door code", "4471"),
    ("My apple id password is \"correct horse battery\"", "correct horse battery"),
    ("PIN: 1234", "1234"),
    ("Die PIN vom Tresor ist 9031.", "9031"),
    ("Der WLAN-Schlüssel im Büro lautet Birne!77.", "Birne!77"),
    ("Das Passwort für Omas Tablet ist Sonnenblume", "Sonnenblume"),
    ("Türcode im Büro: 2468", "2468"),
    ("Meine Kontonummer lautet 12345678.", "12345678"),
    ("Das Schloss geht mit 0815 auf.", "0815"),
    ("Meine Steuer-ID ist 12 345 678 901.", "12 345 678 901"),
]  # fmt: skip
NONE = [
    "My password is too weak.",
    "My phone number is +49 170 1234567.",
    "My birthday is 12 May 1985.",
    "I forgot my password.",
    "The pin on my jacket is nice.",
    "How do I change my wifi password?",
    "The door code is not working.",
    "My bank is Sparkasse.",
    "Call me at 0171 2345678.",
    "The error code is 404.",
    "My zip code is 90210.",
    "The combination of tea and cake is great.",
    "The combo of boots and skirt is 10 out of 10.",
    "Das Passwort ist falsch.",
    "Meine Telefonnummer ist 030 123456.",
    "I opened it with 3 friends.",
    "The account manager is Tom.",
    "I ran 1234 km with my dog",
    'echo "my password is hunter2" | base64',
    "In my novel the vault code is 4711.",
    "I was born on 04.05.1990.",
    "My order number is 12345678.",
    "Mein Geburtstag ist der 3. Mai.",
    "Der Code kompiliert nicht.",
    "My PIN expired.",
    "The key is under the pot.",
]


@pytest.mark.parametrize(("text", "value"), SECRETS)
def test_a_secret_is_recognised(text: str, value: str) -> None:
    """With its value exactly, and where it stands."""
    (secret,) = own_secrets(text)

    assert secret.value == value == text[secret.value_start : secret.value_end]
    assert secret.start <= secret.value_start < secret.value_end <= secret.end


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Visitors use the cellar wifi and get in with walnut62", "walnut62"),
        ("You sign into the portal with rdavis / 4otters", "4otters"),
        ("Credentials for the club site: rdavis / 4otters", "4otters"),
        ("Yesterday I switched the router password to Heron!3", "Heron!3"),
        ("Ich habe die PIN der Karte auf 6120 gesetzt", "6120"),
        ("They picked 88120 as the code for the lockbox", "88120"),
        ("Als Passwort steht da: ich nehme Dachs77 als Kennwort", "Dachs77"),
        ("For the shed just enter 6610#", "6610#"),
        ("It is 6610 for the front door", "6610"),
        ("Our wallet phrase is lemon otter canal brick", "lemon otter canal brick"),
        ("The pin for the locker: it is still 6610", "6610"),
    ],
)
def test_a_secret_may_be_told_without_naming_it_as_one(text: str, value: str) -> None:
    """By what is done with it, or by what it opens."""
    assert [secret.value for secret in own_secrets(text)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "We met at the gate with Rita2",
        "The laptop was bought with 1800 euros",
        "I left my phone on the tram with line 1112",
        "I chose blue as my lock screen",
        "He moved the alarm to 6:45",
        "My phone pairs with Headset5",
    ],
)
def test_what_opens_nothing_is_none(text: str) -> None:
    """A word with digits, beside something that can be opened."""
    assert list(own_secrets(text)) == []


@pytest.mark.parametrize("text", NONE)
def test_other_numbers_and_words_are_none(text: str) -> None:
    """A phone number, a birthday or an error code is no secret."""
    assert list(own_secrets(text)) == []


def test_a_secret_is_named_by_what_it_opens() -> None:
    """So it is found when it is asked for."""
    text = "The wifi password at the hut is a1b2, the door code is 4471."

    things = [secret.thing for secret in own_secrets(text)]

    assert things == ["wifi password at the hut", "door code"]


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("The hut network is called Marten and its password is acorn-41", "hut network password"),
        ("The shed has a keypad, its code is 5512", "shed code"),
    ],
)
def test_what_is_spoken_of_before_is_whose_secret_it_is(text: str, thing: str) -> None:
    """A password is found by what it opens, so the fact names it."""
    (secret,) = own_secrets(text)

    assert secret.thing == thing
    assert text[secret.start : secret.end] == text
