"""Markdown from staff: it keeps its meaning, and nothing in it can run."""

from html.parser import HTMLParser

import pytest

from pages.templatetags.prose import markdown, with_unbroken_ranges


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("**strong** and *soft*", "<p><strong>strong</strong> and <em>soft</em></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("==marked==", "<p><mark>marked</mark></p>"),
        ("==marked **and** strong== after", "<p><mark>marked <strong>and</strong> strong</mark> after</p>"),
        ("`a == b == c`", "<p><code>a == b == c</code></p>"),
        ("a == b and c == d", "<p>a == b and c == d</p>"),
        ("==not closed", "<p>==not closed</p>"),
        ("====", "<p>====</p>"),
        ("**==crossed** over==", "<p>**<mark>crossed** over</mark></p>"),
        ("[q](/?a==b) ==m==", '<p><a href="/?a==b" rel="noopener">q</a> <mark>m</mark></p>'),
        ("", ""),
    ],
)
def test_markdown_becomes_the_html_that_was_meant(text: str, html: str) -> None:
    assert markdown(text) == html


@pytest.mark.parametrize(
    ("address", "is_link"),
    [
        ("https://example.com/", True),
        ("http://example.com/", True),
        ("mailto:zen@example.com", True),
        ("/privacy/", True),
        ("#offers", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("java&#x73;cript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("vbscript:msgbox", False),
        ("ftp://example.com/", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_web_mail_and_own_addresses_become_links(address: str, is_link: bool) -> None:
    assert ('href="' in markdown(f"[text]({address})")) is is_link


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<style>body{display:none}</style>",
        "<iframe src=https://example.com></iframe>",
        "==<script>alert(1)</script>==",
        "![picture](https://example.com/pixel.gif)",
        '[text](https://example.com "onmouseover=alert(1) x=\'")',
        '<a href="javascript:alert(1)">text</a>',
    ],
)
def test_html_in_the_text_is_shown_and_never_acts(attack: str) -> None:
    reader = _Reader()
    reader.feed(markdown(attack))

    assert reader.names <= {"p", "a", "mark", "href", "title", "rel"}
    assert all(address.startswith("https://") for address in reader.addresses)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("# a\n\n## b", ["h3", "h4"]),
        ("## a\n\n#### b", ["h3", "h4"]),
        ("### a", ["h3"]),
    ],
)
def test_headings_continue_under_the_headings_of_the_page(text: str, tags: list[str]) -> None:
    html = markdown(text)

    assert [html[i + 1 : i + 3] for i in range(len(html)) if html.startswith("<h", i)] == tags


def test_range_of_figures_stays_on_one_line() -> None:
    assert (
        with_unbroken_ranges("<b> in 5–8 years – or so")
        == '&lt;b&gt; in <span class="unbroken">5–8</span> years – or so'
    )


class _Reader(HTMLParser):
    """Gathers the names of all elements and attributes, and where links go."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *dict(attrs)}
        self.addresses += [value or "" for name, value in attrs if name == "href"]
