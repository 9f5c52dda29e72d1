"""The frames in the order in which they are tried."""

# ruff: noqa: E501  a frame stays on its line: the table is read by its columns

import re

from knowledge.extraction.frames import (
    health_and_diet,
    person,
    places,
    possessions,
    preferences,
    relations,
    work,
)
from knowledge.extraction.frames.clause import Frame, Read
from knowledge.extraction.frames.health_and_diet import ILLNESS
from knowledge.extraction.frames.relations import ADJECTIVES, KIN
from knowledge.extraction.masking import UPPER


def _frame(verbs: str, pattern: str, read: Read) -> Frame:
    return Frame(frozenset(verbs.split()), re.compile(rf"\s*{pattern}", re.IGNORECASE), read)


FRAMES: list[Frame] = [
    _frame("do have", r"(?:live|lives|reside|resides)(?: now)?(?: (?:over|up|down|out|alone|here|there))* (?:in|at|near)\b", places.read_home),
    _frame("do have", r"(?:lived|resided|been living)(?: (?:alone|here|with [^,.]{1,30}?))? in\b", places.read_former_home),
    _frame("do have", r"used to live in\b", places.read_former_home),
    _frame("be", r"(?:living|residing|based|settled)(?: (?:now|here|over))* (?:in|near)\b", places.read_home),
    _frame("do have", r"(?:moved|relocated)(?: (?:away|back|out|over|here))* from\b", places.read_move_from),
    _frame("do have be", r"(?:moved|relocated|settled|settle)(?: (?:back|over|down|out|up|here))* (?:to|in)\b", places.read_home),
    _frame("be modal", r"(?:moving|going to move|gonna move|planning to move|move|relocating)(?: (?:back|over|out))* to\b", places.read_planned_move),
    _frame("do be", r"(?:come|comes|originally)?\s*(?:originally )?from\b", places.read_origin),
    _frame("do was", r"(?:grew up|born(?: and raised)?|raised) in\b", places.read_childhood_place),
    _frame("do have", r"(?:work|works|worked)(?: (?:part-time|full-time|remotely))?(?: as (?:a|an|the) [\w -]{3,30}?)? (?:at|for)\b", work.read_employer),
    _frame("be have", r"(?:working|employed|been working)(?: (?:part-time|full-time|remotely))? (?:at|for|by)\b", work.read_employer),
    _frame("do have", r"(?:started (?:working |a (?:new )?job |a new position |work )?(?:at|with)|got (?:a (?:new )?job|hired) (?:at|by|with)|(?:got|took|accepted|landed) a (?:new )?(?:job|position|offer) (?:at|from|with))", work.read_employer),
    _frame("do have", r"joined(?: the)?\b", work.read_joined),
    _frame("do have", r"(?:quit(?: my job at)?|left(?: my job at)?|resigned from|got (?:fired|laid off) (?:from|by)|stopped working (?:at|for)|lost my job at)\b", work.read_former_employer),
    _frame("be was", r"(?:laid off (?:from|by)|fired (?:from|by)|let go (?:from|by))\b", work.read_former_employer),
    _frame("do have be", r"(?:(?:work|works|working|worked|started|started working|got (?:a (?:new )?job|hired)|began|employed|been working) as|became|become|trained as|a trained|a certified|a professional) (?:an?\b)?", work.read_job),
    _frame("be", r"(?:currently |now |working as )?an?\b", work.read_job),
    _frame("be", r"(retired|unemployed|self-employed|between jobs)\b", work.read_state_without_job),
    _frame("do have be", r"(?:study|studies|studying|go|goes|going|attend|attends|attending|enrolled|graduated|graduate|started studying)(?: [a-z ]{1,25}?)??(?: (?:at|to|from|in))?(?=\s+(?:the )?[" + UPPER + r"])", work.read_school),
    _frame("do be have", r"(?:study|studies|studying|major in|majoring in|been studying|started studying|majored in)\b(?! (?:at|for|to|hard|in|with)\b)", work.read_field_of_study),
    _frame("do have", r"(love|loves|like|likes|enjoy|enjoys|adore|adores|prefer|prefers|hate|hates|dislike|dislikes|detest|loathe|loved|liked|enjoyed|hated)\b(?! (?:to (?:think|see|hear|know|say|chat|talk|share|help)|you|about|if|how|when|your|being)\b)", preferences.read_preference),
    _frame("be do", r"(?:a (?:big |huge |massive )?fan of|(?:really |so |totally |very )?(?:into|fond of|keen on|obsessed with|passionate about|crazy about|big on))\b", preferences.read_fondness),
    _frame("modal", r"(?:stand|bear)\b", preferences.read_aversion),
    _frame("be", r"(?:severely |very |highly |mildly )?(?:allergic|intolerant) to\b", health_and_diet.read_allergy),
    _frame("have do", r"(?:got )?an? (?:severe |bad |mild )?([\w]+(?: \w+)?) (?:allergy|intolerance)\b", health_and_diet.read_allergy_noun),
    _frame("be do", r"(?:an? )?(?:become |became |went |gone |strict |strictly |going )*(?:an? )?(vegetarian|vegan|pescatarian|gluten-free|lactose-intolerant|lactose intolerant|kosher|halal)\b(?! (?:food|cook|rest|meal|recipe|dish|option|lasagna|chili))", health_and_diet.read_diet),
    _frame("do modal", r"(eat|drink|smoke)\b", health_and_diet.read_avoided),
    _frame("have do be was", r"(?:got |been diagnosed with |diagnosed with |suffer from |suffers from |live with |have )?(?P<illness>" + ILLNESS + r")\b", health_and_diet.read_illness),
    _frame("do have be", r"(?:(?:been )?(play|plays|playing|speak|speaks|learn|learns|learning|use|uses|using|collect|collects|collecting))\b(?! (?:with|around|to|about|up|it|on|a lot|for|in|the (?:part|role))\b)", preferences.read_habit),
    _frame("be do", r"(?:called|named|go by|goes by)(?: the name)?\b", person.read_name),
    _frame("be", r"(?:just |now |already |about |turning )?(\d{1,3})(?: years? old| yrs? old| y/?o|(?=\s*(?:$|[.,;!]|and\b|now\b|years\b)))(?! (?:minutes|km|miles|kg))", person.read_age),
    _frame("do have", r"(?:just )?turned (\d{1,3})\b(?! (?:degrees|percent|%|miles|km))", person.read_age),
    _frame("be do have", r"(?:got |been |getting |recently |happily )*(married|engaged|divorced|single|widowed|separated)\b(?! (?:with (?:my|the|a)|in (?:a|the|this|some)|out|from the|out|day|parent|mother|mom))", person.read_marital_status),
    _frame("do have", r"(?:broke up with|split up with|separated from|divorced)\b", person.read_separation),
    _frame("be", r"an? (?:active |proud )?member of(?: the)?\b", relations.read_membership),
    _frame("have do", rf"(?:got |adopted |have |got me )*an? (?P<kin>{ADJECTIVES}{KIN}),? (?:called|named|whose name is)\b", relations.read_named_relation),
    _frame("be", r"(?P<owner>my|our|his|her|[" + UPPER + rf"][\w-]+'s) (?P<kin>{ADJECTIVES}{KIN})\b", relations.read_relation_of_subject),
    _frame("do have", r"(?:got|bought|own|owns|adopted|have|has|purchased)(?= )", possessions.read_owned),
    _frame("have", r"(?:got)?(?= )", possessions.read_owned),
    _frame("have do", r"(?:have|has|own|owns)?(?= (?:a|an|any)\b)", possessions.read_owned_no_longer),
    _frame("do have", r"(?:sold|gave away|got rid of)\b", possessions.read_owned_no_longer),
    _frame("be", r"(?=\s)", person.read_introduction),
]  # fmt: skip
FRAMES += [
    _frame("was", r"born (?=on |the |\d|[a-z]+ \d)", person.read_birthday),
    _frame("was", r"born in ((?:19|20)\d\d)\b", person.read_birth_year),
]
