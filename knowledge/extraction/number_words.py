"""Numbers as people write them out; the place of a word is its number."""

from collections.abc import Sequence

ENGLISH = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty""".split()  # noqa: SIM905  as words
GERMAN = """null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn
    fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig""".split()  # noqa: SIM905  as words


def spelled(words: Sequence[str], first: int, last: int) -> dict[str, int]:
    """Those of the numbers, both ends included, by their words."""
    return {words[number]: number for number in range(first, last + 1)}
