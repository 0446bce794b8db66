"""Which encoding a browser gets."""

import pytest

from pages.delivery.encoding import preferred_encoding


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.5", "br"),
        ("br;q=0, gzip;q=0", ""),
        ("*", "br"),
        ("br;q=0, *;q=0.1", "gzip"),
        ("identity", ""),
        ("br;q=soon", ""),
        ("br;q=", ""),
        ("broken", ""),
        (",,;;,", ""),
    ],
)
def test_encoding_is_the_one_that_the_browser_likes_best(accepted: str, encoding: str) -> None:
    assert preferred_encoding(accepted) == encoding
