"""Tests of the ledger."""

import pytest

# What they assert is explained, as in the tests themselves.
pytest.register_assert_rewrite("tests.knowledge.ledger.histories", "tests.knowledge.ledger.indexed")
