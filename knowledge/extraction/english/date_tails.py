"""Words of time behind a value, which are none of it: "yoga every Monday", "Leeds since 2012"."""

import re

_DATE_TAIL = re.compile(
    r"(?i)[\s,]+(?:(?:at the moment|right now|these days|nowadays|now|today|yesterday|tomorrow|"
    r"tonight|lately|recently|currently|again|as well|too|"
    r"anymore|any more|already|(?:last|next|this|every|each) (?:week|month|year|day|morning|night|"
    r"evening|weekend|spring|summer|autumn|fall|winter|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|"
    r"june|july|august|september|october|november|december)s?|"
    r"(?:in|since|from|until|till|on|by|for|as of) (?:early |late |mid-?)?(?:\d{4}|(?:january|"
    r"february|march|april|may|june|july|august|september|october|november|december|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|"
    r"winter)s?(?: \d{1,4})?(?:, \d{4})?|\d{1,2}(?:st|nd|rd|th)?(?: of)? \w+)|"
    r"for (?:about |almost |over |nearly )?(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|"
    r"eleven|twelve|\d+|many|some) (?:years?|months?|weeks?|days?|decades?)(?: now)?|"
    r"(?:a|two|three|\d+) (?:years?|months?|weeks?|days?) ago|though|after all|by the way|btw|lol|"
    r"haha|tbh|ngl|imo|imho|rn|atm|please|instead|it (?:seems|appears|turns out)|apparently|"
    r"i (?:think|guess|believe)))+$"
)


def without_date(text: str) -> str:
    """The text without the words of time at its end."""
    return _DATE_TAIL.sub("", text)


def is_date(text: str) -> bool:
    """True for what can only be a time: "Monday" behind "on"."""
    return _DATE_TAIL.fullmatch(f" on {text}") is not None
