"""Token vectors of passages: what recall compares a question with, word by word."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from knowledge.models.ledger import Block


class BlockTokens(models.Model):
    """The signs of the vectors of the tokens of a block's passage, in one space."""

    passage_id = models.UUIDField(primary_key=True)  # the block's own for its first one
    block = models.ForeignKey(
        Block, on_delete=models.CASCADE, db_constraint=False, related_name="tokens"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    space = models.CharField(max_length=100)  # name and version of the model
    digest = models.BinaryField()  # of the text they stand for
    packed = models.BinaryField()  # a bit a dimension, token after token
    # The message's position, or the passage's id and 0: recall reads what is beside each candidate.
    reference = models.CharField(max_length=36, db_collation="C")
    sequence = models.IntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["user", "space", "reference", "sequence"], name="knowledge_tokens_at"
            )
        ]

    def __str__(self) -> str:
        return str(self.block_id)
