"""What users say about their profile."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from knowledge.types import Slot


class ProfileChoice(models.Model):
    """Which slots of their profile a user does not want answers to be told; no row: none."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    hidden_slots = ArrayField(
        models.CharField(max_length=20, choices=[(s.value, s.value) for s in Slot]),
        default=list,
        blank=True,
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "choice of a profile"
        verbose_name_plural: ClassVar = "choices of profiles"

    def __str__(self) -> str:
        return str(self.pk)
