"""What tests of a running product share."""

from collections.abc import Iterator

import pytest

from tests import model_server
from tests.ops.product import Product


@pytest.fixture(scope="session")
def _product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One product for all tests of the group `streams`."""
    with model_server.running() as model:
        made = Product(tmp_path_factory.mktemp("product"), model)
        yield made
        made.close()


@pytest.fixture
def product(_product: Product) -> Iterator[Product]:
    """A product whose model says what the test tells it to."""
    yield _product
    _product.hang_up()
