"""Markdown, as staff write it, to HTML that is safe to show.

Twice fenced: the parser passes no HTML through, and the sanitiser lets only the elements below leave,
whatever the parser made. Besides CommonMark, `==text==` marks text as with a highlighter.
"""

from __future__ import annotations

import re

import nh3
from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

register = template.Library()

ELEMENTS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
    *("a", "em", "strong", "mark", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
URL_SCHEMES = {"http", "https", "mailto"}
RANGE = re.compile(r"\d+–\d+")
# Page and section have the first two levels.
TOP_HEADING = 3


@register.filter
def markdown(text: str) -> SafeString:
    html = nh3.clean(
        _parser.render(text),
        tags=ELEMENTS,
        attributes=ATTRIBUTES,
        url_schemes=URL_SCHEMES,
        link_rel="noopener",
    )
    return mark_safe(html.strip())  # noqa: S308  (sanitised on the line above)


@register.filter
def with_unbroken_ranges(text: str) -> SafeString:
    """`5–8 years` with its figures kept on one line."""
    escaped = str(conditional_escape(text))
    return mark_safe(RANGE.sub(r'<span class="unbroken">\g<0></span>', escaped))  # noqa: S308  (escaped above)


def _marked(state: StateInline, silent: bool) -> bool:
    """Inline rule: `==text==`, whose inside may hold further Markdown."""
    start, end = state.pos + 2, state.src.find("==", state.pos + 2)
    inside = state.src[start:end]
    if not state.src.startswith("==", state.pos) or end < 0 or end + 2 > state.posMax:
        return False
    if not inside or inside != inside.strip():
        return False
    if not silent:
        _push_marked(state, start, end)
    state.pos = end + 2
    return True


def _push_marked(state: StateInline, start: int, end: int) -> None:
    outer_end = state.posMax
    state.push("mark_open", "mark", 1)
    state.pos, state.posMax = start, end
    state.md.inline.tokenize(state)
    state.posMax = outer_end
    state.push("mark_close", "mark", -1)


def _rank_headings(state: StateCore) -> None:
    """The highest level that a text uses becomes h3, the next h4, so that no level of the page is skipped."""
    headings = [token for token in state.tokens if token.type.startswith("heading_")]
    used = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(TOP_HEADING + used.index(token.tag), 6)}"


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.inline.ruler.before("emphasis", "marked", _marked)
    parser.core.ruler.push("rank_headings", _rank_headings)
    return parser


_parser = _make_parser()
