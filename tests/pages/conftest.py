"""What the tests of content share."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """A folder of this test's own for pictures."""
    options = {"location": tmp_path, "base_url": "/media/"}
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "coaching_site.media.WholeFiles", "OPTIONS": options}
    }
    return tmp_path
