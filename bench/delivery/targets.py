"""What is compared: a line for each row of the table."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.delivery import nginx, site
from bench.delivery.servers import Server
from bench.delivery.tools import Missing
from bench.runs import say

NGINX = "nginx, the same page as a file"
FLOOR = "a bare WSGI function, the same bytes"
UNSTORED = "our page, not stored"
UNKNOWN = "our page, the first of a process"
SERVED = "our page, as served"
NOT_MODIFIED = "our page, as served, 304"
PUBLISHED = "our page, published, through nginx"
WAGTAIL = "Wagtail 8, uncached"
WAGTAIL_CACHE = "wagtail-cache"

COMPRESSED = {"Accept-Encoding": "br"}
SIZES_MAY_DIFFER = 0.10


@dataclass(frozen=True)
class Target:
    name: str
    server: Server
    headers: dict[str, str] = field(default_factory=lambda: COMPRESSED)
    path: str = "/"


def start_targets(folder: Path, running: ExitStack, *, with_peers: bool) -> list[Target]:
    """Starts every server. They stop with `running`."""
    data = folder / "site"
    data.mkdir()
    site.prepare(data)
    options = site.gunicorn_options(data)
    workers = int(options[options.index("--workers") + 1])

    # The handler behind the delivery's front, and the whole application.
    unstored = running.enter_context(site.gunicorn("coaching_site.wsgi:site", data))
    unknown = running.enter_context(site.gunicorn("bench.delivery.unkept:application", data))
    served = running.enter_context(site.gunicorn("coaching_site.wsgi:application", data))
    page = site.Page.of(served)
    page.write(folder / "pages")
    page.write(
        data / "published"
    )  # As small as the other file: the worker, which would see to that, is not here.
    floor = site.gunicorn("bench.delivery.floor:application", data, FLOOR_DIR=str(folder / "pages"))
    bare = nginx.bare(folder / "pages", folder / "bare", workers=workers)
    deployed = nginx.deployed(data, folder / "deployed", workers=workers, application=served.url)

    targets = [
        Target(NGINX, running.enter_context(bare)),
        Target(PUBLISHED, running.enter_context(deployed)),
        Target(FLOOR, running.enter_context(floor)),
        Target(SERVED, served),
        Target(NOT_MODIFIED, served, COMPRESSED | {"If-None-Match": page.etag}),
        Target(UNSTORED, unstored),
        Target(UNKNOWN, unknown),
    ]
    if with_peers:
        targets += start_peers(folder, running, page, options)
    return targets


def start_peers(folder: Path, running: ExitStack, ours: site.Page, options: list[str]) -> list[Target]:
    found = []
    for name, requirements, is_cached in (
        (WAGTAIL_CACHE, "wagtail-cache", True),
        (WAGTAIL, "wagtail", False),
    ):
        try:
            peer = site.peer(requirements, folder / requirements, ours, options=options, is_cached=is_cached)
            server = running.enter_context(peer)
        except Missing as missing:
            say(f"Without {name}: {missing}")
            continue
        _check_size(name, len(site.Page.of(server).html), len(ours.html))
        found.append(Target(name, server))
    return found


def _check_size(name: str, theirs: int, ours: int) -> None:
    """A peer whose page is much smaller or larger would compare nothing."""
    if abs(theirs - ours) > SIZES_MAY_DIFFER * ours:
        raise Missing(
            f"The page of {name} has {theirs} bytes and ours {ours}: bring its templates up to date."
        )
