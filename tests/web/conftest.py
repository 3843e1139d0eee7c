"""What the tests of pages share."""

import pytest

from tests.client import Browser


@pytest.fixture
def bruno(client: Browser) -> Browser:
    """The browser of Bruno, who sees what is open to all and what is restricted to him."""
    return client.as_("bruno")
