"""What a test asks of a page as it is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Opens every `details`, because axe skips what is folded away, and waits until colours have changed: what was
# folded changes its colours when it is shown.
VIOLATIONS = """async (only) => {
    const folded = [...document.querySelectorAll("details:not([open])")].map((part) => [part, part.name]);
    folded.forEach(([part]) => { part.removeAttribute("name"); part.open = true; });
    await new Promise(requestAnimationFrame);
    const changing = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(changing.map((transition) => transition.finished));
    // Without `preload`, which would add styles of its own to read those of others.
    const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"], preload: false });
    folded.forEach(([part, name]) => { part.open = false; if (name) part.setAttribute("name", name); });
    return found.violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(" "))]);
}"""


def violations(page: Page) -> list[Any]:
    """What axe knows to keep somebody out, in the light and in the dark."""
    page.evaluate(AXE)
    page.emulate_media(color_scheme="light")
    in_the_light = page.evaluate(VIOLATIONS, {"type": "tag", "values": RULES})
    page.emulate_media(color_scheme="dark")
    # Only colours differ in the dark.
    in_the_dark = page.evaluate(VIOLATIONS, {"type": "rule", "values": ["color-contrast"]})
    page.emulate_media(color_scheme="light")
    return [*in_the_light, *in_the_dark]


def sideways_scroll(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    difference = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(difference))


def has_focus(locator: Any) -> bool:
    return bool(locator.evaluate("element => element === document.activeElement"))
