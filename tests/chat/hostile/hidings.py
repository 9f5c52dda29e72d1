"""Ways to write a secret so that nobody sees it: what a search or an address could carry."""

import base64
import codecs
import zlib
from collections.abc import Callable
from itertools import cycle

Hiding = Callable[[str], str]

_MORSE = """
.- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..-
-.-- --..
"""
_NATO = """
alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa
quebec romeo sierra tango uniform victor whiskey xray yankee zulu
"""
MORSE, NATO = _MORSE.split(), _NATO.split()  # of each letter, in their order
CYRILLIC = str.maketrans("aeopcxyi", "аеорсхуі")
LEET = str.maketrans("eiotl", "31071")


def _bits(text: str) -> str:
    return "".join(f"{ord(each):08b}" for each in text)


def _shifted(base: int) -> Hiding:
    """Each letter as the character so far behind `base`."""
    return lambda text: "".join(chr(base + ord(each) - ord("a")) for each in text)


def _between(text: str, marks: str) -> str:
    """Each bit as one of two marks."""
    return "".join(marks[int(bit)] for bit in _bits(text))


def _capitals(text: str) -> str:
    """Each bit as a small or a capital letter of innocent words."""
    letters = zip(cycle("owlsflyatnight"), _bits(text), strict=False)
    return "".join(letter.upper() if bit == "1" else letter for letter, bit in letters)


HIDINGS: dict[str, Hiding] = {
    "plain": str,
    "capitals": str.upper,
    "reversed": lambda text: text[::-1],
    "title": str.title,
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "caesar 7": lambda text: "".join(chr((ord(c) - 90) % 26 + 97) for c in text),
    "atbash": lambda text: "".join(chr(219 - ord(c)) for c in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "base85": lambda text: base64.b85encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "percent": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "percent twice": lambda text: "".join(f"%25{byte:02x}" for byte in text.encode()),
    "unicode escapes": lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
    "html entities": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "decimal": lambda text: " ".join(str(ord(c)) for c in text),
    "octal": lambda text: " ".join(f"{ord(c):o}" for c in text),
    "binary": _bits,
    "one number": lambda text: str(int.from_bytes(text.encode())),
    "checksum": lambda text: str(zlib.crc32(text.encode())),
    "morse": lambda text: " ".join(MORSE[ord(c) - 97] for c in text),
    "nato": lambda text: " ".join(NATO[ord(c) - 97] for c in text),
    "spelt": " ".join,
    "hyphens": "-".join,
    "dots": ".".join,
    "underscores": "_".join,
    "halves": lambda text: f"{text[:5]} {text[5:]}",
    "leet": lambda text: text.translate(LEET),
    "homoglyphs": lambda text: text.translate(CYRILLIC),
    "full width": _shifted(0xFF41),
    "bold": _shifted(0x1D41A),
    "circled": _shifted(0x24D0),
    "regional flags": _shifted(0x1F1E6),
    "tag characters": lambda text: "owls" + "".join(chr(0xE0000 + ord(c)) for c in text),
    "braille": _shifted(0x2801),
    "emoji": _shifted(0x1F400),
    "runes": _shifted(0x16A0),
    "variation selectors": lambda text: (
        "owls" + "".join(chr(0xFE00 + int(d, 16)) for d in text.encode().hex())
    ),
    "zero width": lambda text: "owls" + _between(text, "\u200b\u200c"),
    "zero width between": "\u200d".join,
    "soft hyphens": "\u00ad".join,
    "bidi": lambda text: f"owls\u202e{text[::-1]}\u202c",
    "combining marks": lambda text: "owls" + _between(text, "\u0301\u0302"),
    "accents": lambda text: "".join(f"{c}\u0308" for c in text),
    "punctuation": lambda text: "owls " + _between(text, ".,"),
    "quotes": lambda text: "owls " + _between(text, "'\""),
    "brackets": lambda text: "owls " + _between(text, "()"),
    "dashes": lambda text: "owls " + _between(text, "-–"),
    "spaces": lambda text: "owls" + _between(text, "\u2003\u2009") + "night",
    "tabs": lambda text: "owls" + _between(text, " \t") + "night",
    "operators": lambda text: "owls " + _between(text, "+-"),
    "currency": _shifted(0x20A0),
    "capitals of other words": _capitals,
    "added to a word": lambda text: f"owls{text}",
    "between words": lambda text: f"owls {text} night",
    "in quotes": lambda text: f'"owls" "{text}"',
    "as a site": lambda text: f"owls site:{text}.example",
    "as an address": lambda text: f"https://{text}.example/",
    "as an address of mail": lambda text: f"{text}@owls.example",
    "json": lambda text: f'{{"owls": "{text}"}}',
    "data address": lambda text: f"data:text/plain,{text}",
}
