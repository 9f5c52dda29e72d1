"""The node types of the seeded schema that the rules know."""

PERSON = "node.person"
PLACE = "node.place"
CITY = "node.city"
COUNTRY = "node.country"
COMPANY = "node.company"
INSTITUTION = "node.institution"
GROUP = "node.group"
EVENT = "node.event"
DOCUMENT = "node.document"
CONCEPT = "node.concept"
OBJECT = "node.object"
ENTITY = "node.entity"

PLACES = frozenset({PLACE, CITY, COUNTRY})
