"""How the HTTP Observatory would grade an answer.

Written from the published rules of MDN's HTTP Observatory, algorithm 6: a site begins with 100 points,
loses some for what is missing or weak, and gains some for what is more than usual; but the gains count only
for whom has 90 without them. What the Observatory does to a site on the net, such as following redirects,
is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie

START, ENOUGH_FOR_A_BONUS = 100, 90
HALF_A_YEAR = 15_768_000

PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
LEAKY_REFERRERS = {"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}


@dataclass(frozen=True)
class Seen:
    """An answer over https, as far as it is graded."""

    headers: Mapping[str, str]
    cookies: Sequence[str] = ()
    """The values of its Set-Cookie headers."""
    html: str = ""


@dataclass(frozen=True)
class Mark:
    points: int
    why: str


def score(seen: Seen) -> int:
    given = marks(seen)
    without_bonus = START + sum(mark.points for mark in given if mark.points < 0)
    bonus = sum(mark.points for mark in given if mark.points > 0)
    return max(without_bonus + (bonus if without_bonus >= ENOUGH_FOR_A_BONUS else 0), 0)


def marks(seen: Seen) -> list[Mark]:
    headers = {name.lower(): value for name, value in seen.headers.items()}
    policy = _policy(headers.get("content-security-policy", ""))
    is_bound = _seconds(headers.get("strict-transport-security", "")) > 0
    return [
        _content_security(policy),
        _framing(policy, headers.get("x-frame-options", "")),
        _transport(headers.get("strict-transport-security", "")),
        _sniffing(headers.get("x-content-type-options")),
        _referrer(headers.get("referrer-policy")),
        _sharing(headers.get("access-control-allow-origin")),
        _bonus(headers, "cross-origin-resource-policy", {"same-origin", "same-site"}),
        _bonus(headers, "cross-origin-opener-policy", {"same-origin"}),
        _bonus(headers, "cross-origin-embedder-policy", {"require-corp", "credentialless"}),
        *_cookies(seen.cookies, is_bound=is_bound),
        *_scripts(seen.html),
    ]


def _policy(header: str) -> dict[str, list[str]]:
    """The directives of a Content Security Policy; of one that is named twice, the first counts."""
    directives: dict[str, list[str]] = {}
    for words in (part.split() for part in header.lower().split(";")):
        if words:
            directives.setdefault(words[0], words[1:])
    return directives


def _content_security(policy: Mapping[str, list[str]]) -> Mark:
    default = policy.get("default-src", ["*"])
    scripts = policy.get("script-src", default)
    styles = policy.get("style-src", default)
    match policy:
        case {} if not policy:
            return Mark(-25, "no Content-Security-Policy")
        case _ if "'unsafe-inline'" in scripts or {"*", "http:", "https:", "data:"} & set(scripts):
            return Mark(-20, "scripts from anywhere")
        case _ if "'unsafe-eval'" in scripts:
            return Mark(-10, "scripts that make scripts")
        case _ if "'unsafe-inline'" in styles:
            return Mark(0, "inline styles")
        case _ if default == ["'none'"]:
            return Mark(10, "a policy that begins with nothing")
        case _:
            return Mark(5, "a policy without unsafe sources")


def _framing(policy: Mapping[str, list[str]], header: str) -> Mark:
    if policy.get("frame-ancestors") in (["'none'"], ["'self'"]):
        return Mark(5, "frames forbidden by the policy")
    return Mark(0 if header.upper() in {"DENY", "SAMEORIGIN"} else -20, "frames")


def _seconds(header: str) -> int:
    found = re.search(r"max-age=\"?(\d+)", header, re.IGNORECASE)
    return int(found[1]) if found else 0


def _transport(header: str) -> Mark:
    if not header:
        return Mark(-20, "no Strict-Transport-Security")
    return Mark(0 if _seconds(header) >= HALF_A_YEAR else -10, "Strict-Transport-Security")


def _sniffing(header: str | None) -> Mark:
    return Mark(0 if (header or "").lower() == "nosniff" else -5, "X-Content-Type-Options")


def _referrer(header: str | None) -> Mark:
    last = (header or "").lower().split(",")[-1].strip()
    if last in PRIVATE_REFERRERS:
        return Mark(5, "a private Referrer-Policy")
    return Mark(0 if header is None else -5, "Referrer-Policy")


def _sharing(header: str | None) -> Mark:
    return Mark(-50 if header == "*" else 0, "Access-Control-Allow-Origin")


def _bonus(headers: Mapping[str, str], name: str, good: set[str]) -> Mark:
    return Mark(10 if headers.get(name, "").lower() in good else 0, name)


def _cookies(cookies: Sequence[str], *, is_bound: bool) -> Iterator[Mark]:
    """The worst of them; and a few points if each is Secure, HttpOnly and SameSite."""
    crumbs = [crumb for cookie in cookies for crumb in SimpleCookie(cookie).values()]
    for crumb in crumbs:
        is_session = "sess" in crumb.key.lower()
        if is_session and not crumb["httponly"]:
            yield Mark(-30, f"{crumb.key} is open to scripts")
        if not crumb["secure"]:
            yield Mark(-5 if is_bound else -20, f"{crumb.key} leaves over http")
        if "csrf" in crumb.key.lower() and not crumb["samesite"]:
            yield Mark(-20, f"{crumb.key} without SameSite")
    if crumbs and all(crumb["secure"] and crumb["httponly"] and crumb["samesite"] for crumb in crumbs):
        yield Mark(5, "cookies with every mark")


def _scripts(html: str) -> Iterator[Mark]:
    """Scripts of other hosts must be bound to their contents. Ours are our own."""
    for tag in re.findall(r"<script[^>]*\ssrc=[\"']?(?:https?:)?//[^>]*>", html, re.IGNORECASE):
        is_plain = "http://" in tag
        yield Mark(-50 if is_plain else 0 if "integrity=" in tag else -5, "a script of another host")
