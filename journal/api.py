"""The JSON API of the journal app."""

from ninja import Router

router = Router()
