"""Where the time of the page that is not stored goes: a flame graph as SVG.

A timer of the process's own time interrupts the rendering a thousand times a second and notes who called
whom. Frames are named by what they are to us: a template by its file, a function by its module.
"""

from __future__ import annotations

import argparse
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from types import CodeType, FrameType
from typing import Any

from django.test import Client

from bench.delivery.tools import ROOT
from bench.growth import prepare
from bench.runs import new_database, say
from tests.contention.database import SQLITE

PICTURE = ROOT / "docs" / "pictures" / "flame.svg"
SECONDS = 20
BETWEEN_SAMPLES = 0.001

Stack = tuple[str, ...]


def main(arguments: Sequence[str] = ()) -> int:
    _options(arguments)
    with new_database(SQLITE) as run:
        stacks, rendered = run.run(_sample, SECONDS)
    whole = Part("GET / of the page that is not stored")
    for stack, count in stacks.items():
        whole.add(stack, count)
    PICTURE.write_text(_svg(whole), encoding="utf-8")
    say(f"{PICTURE.relative_to(ROOT)}: {whole.count:,} samples of {rendered:,} pages.")
    for part in whole.widest(40):
        say(f"{part.count / whole.count:6.1%}  {part.name}")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench flame", description=__doc__)
    return parser.parse_args(arguments)


# --- Sampling


def _sample(seconds: float) -> tuple[Counter[Stack], int]:
    prepare()
    client = Client(headers={"host": "127.0.0.1", "accept-encoding": "br"})
    client.get("/")
    stacks: Counter[Stack] = Counter()
    signal.signal(signal.SIGPROF, lambda _, frame: stacks.update([tuple(_names(frame))]))
    signal.setitimer(signal.ITIMER_PROF, BETWEEN_SAMPLES, BETWEEN_SAMPLES)
    rendered, ends = 0, time.process_time() + seconds
    while time.process_time() < ends:
        client.get("/")
        rendered += 1
    signal.setitimer(signal.ITIMER_PROF, 0)
    return stacks, rendered


def _names(frame: FrameType | None) -> list[str]:
    """From the outermost frame in, without the benchmark, the test client and the machinery of templates."""
    names: list[str] = []
    while frame:
        if (name := _name(frame)) and name not in names[-1:]:
            names.append(name)
        frame = frame.f_back
    return names[::-1]


def _name(frame: FrameType) -> str:
    module = str(frame.f_globals.get("__name__", ""))
    if module in UNTOLD or module.startswith(UNTOLD_PACKAGES):
        return ""
    if module.startswith("django.template."):
        return _template_of(frame.f_code, frame.f_locals)
    return f"{module}.{frame.f_code.co_qualname}".replace(".<locals>", "")


UNTOLD = {
    "__main__",
    "__mp_main__",
    "contextlib",
    "django.core.handlers.exception",
    "django.utils.deprecation",
    "runpy",
    "threading",
}
UNTOLD_PACKAGES = ("asgiref.", "bench.", "concurrent.", "django.test.", "multiprocessing.")


def _template_of(code: CodeType, local: dict[str, Any]) -> str:
    """Of the engine, only whole templates and what a tag or filter does are worth a name."""
    own = local.get("self")
    if code.co_qualname == "Template._render":
        return f"template {own.name}" if own is not None else ""
    if code.co_qualname == "FilterExpression.resolve":
        return "values and filters"
    if code.co_qualname in {"ForNode.render", "IfNode.render", "IncludeNode.render"}:
        return ""
    if code.co_qualname.endswith(("Node.render", "Node.get_resolved_arguments")):
        return str(code.co_qualname).partition(".")[0]
    return ""


# --- Drawing


@dataclass
class Part:
    """A frame of the graph: how often it was seen, and whom it called."""

    name: str
    count: int = 0
    called: dict[str, Part] = field(default_factory=dict)

    def add(self, stack: Stack, count: int) -> None:
        self.count += count
        if stack:
            self.called.setdefault(stack[0], Part(stack[0])).add(stack[1:], count)

    def widest(self, number: int) -> list[Part]:
        """The frames that were seen most, whoever called them."""
        seen: Counter[str] = Counter()
        self._count(seen, frozenset())
        return [Part(name, count) for name, count in seen.most_common(number)]

    def _count(self, seen: Counter[str], above: frozenset[str]) -> None:
        for part in self.called.values():
            if part.name not in above:
                seen[part.name] += part.count
            part._count(seen, above | {part.name})


WIDTH, ROW = 1200, 18
NARROWEST = 0.002
LETTER = 6.4
COLOURS = {"template": "#f6c453", "pages": "#e8794a", "leads": "#e8794a", "coaching_site": "#e8794a"}
SQL = "#7aa6c2"
OTHER = "#c9c4b8"


def _svg(whole: Part) -> str:
    boxes = list(_boxes(whole, 0.0, 0, whole.count))
    height = (max(depth for _, depth, _ in boxes) + 1) * ROW + 8
    drawn = "\n".join(_box(part, x, height - 4 - (depth + 1) * ROW, whole.count) for part, depth, x in boxes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="monospace" font-size="11">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{drawn}\n</svg>\n'
    )


def _boxes(part: Part, x: float, depth: int, whole: int) -> Iterator[tuple[Part, int, float]]:
    yield part, depth, x
    for called in sorted(part.called.values(), key=lambda one: one.name):
        if called.count >= NARROWEST * whole:
            yield from _boxes(called, x, depth + 1, whole)
        x += called.count / whole * WIDTH


def _box(part: Part, x: float, y: float, whole: int) -> str:
    width = part.count / whole * WIDTH
    letters = int((width - 6) / LETTER)
    text = _brief(part.name)
    text = text if len(text) <= letters else text[: letters - 1] + "…"
    label = f'<text x="{x + 3:.1f}" y="{y + 13}">{escape(text)}</text>' if letters > 3 else ""
    place = f'x="{x:.1f}" y="{y}" width="{max(width - 0.5, 0.3):.1f}" height="{ROW - 1}"'
    said = f"<title>{escape(part.name)}, {part.count / whole:.1%}</title>"
    return f'<g>{said}<rect {place} fill="{_colour(part.name)}"/>{label}</g>'


def _brief(name: str) -> str:
    """The last two parts of a dotted name; its title keeps the whole."""
    return name if " " in name else ".".join(name.split(".")[-2:])


def _colour(name: str) -> str:
    if name.startswith(("django.db", "pysqlite3", "sqlite3")):
        return SQL
    return COLOURS.get(name.partition(".")[0].partition(" ")[0], OTHER)
