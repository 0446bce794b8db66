"""Where a visitor came from, as a name of a few: “google”, “newsletter”, “example.com”.

Whoever sends a visit can write anything into it. What is kept of it is a short word in plain letters, and
of an address its host at most: never a path, a query, or a machine's own name.
"""

from __future__ import annotations

import re

from leads.models.daily_count import OTHER

DIRECT = "direct"
"""Typed, from a bookmark, a mail or an app: the browser named no page before."""
THIS_SITE = "this-site"
"""From another page of this site."""
UNKNOWN = "unknown"
"""Nobody told: a browser without scripts, or one that asks not to be counted."""

LONGEST = 40

KNOWN = {
    "bing": ["bing.com"],
    "bluesky": ["bsky.app"],
    "chatgpt": ["chatgpt.com", "chat.openai.com"],
    "claude": ["claude.ai"],
    "copilot": ["copilot.microsoft.com"],
    "duckduckgo": ["duckduckgo.com"],
    "ecosia": ["ecosia.org"],
    "facebook": ["facebook.com", "fb.com", "com.facebook.katana"],
    "gemini": ["gemini.google.com"],
    "github": ["github.com"],
    "gmail": ["mail.google.com", "com.google.android.gm"],
    "google": ["com.google.android.googlequicksearchbox"],
    "hacker-news": ["news.ycombinator.com"],
    "instagram": ["instagram.com", "com.instagram.android"],
    "kagi": ["kagi.com"],
    "linkedin": ["linkedin.com", "lnkd.in", "com.linkedin.android"],
    "medium": ["medium.com"],
    "outlook": ["outlook.live.com", "outlook.office.com"],
    "perplexity": ["perplexity.ai"],
    "reddit": ["reddit.com", "com.reddit.frontpage"],
    "slack": ["slack.com", "com.slack"],
    "stack-overflow": ["stackoverflow.com"],
    "substack": ["substack.com"],
    "whatsapp": ["whatsapp.com", "com.whatsapp"],
    "x": ["x.com", "twitter.com", "t.co", "com.twitter.android"],
    "yahoo": ["search.yahoo.com"],
    "youtube": ["youtube.com", "youtu.be", "com.google.android.youtube"],
}
"""The hosts of each name. What stands below a host belongs to it, and a longer host goes before a shorter."""

NAMES = {host: name for name, hosts in KNOWN.items() for host in hosts}

GOOGLE = re.compile(r"(^|\.)google\.(com?\.)?[a-z]{2,3}$")
HOST = re.compile(r"(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
SECOND_LEVEL = {"ac", "co", "com", "edu", "gov", "net", "org"}
"""Labels under which a country, such as .uk, gives out names."""


def source_name(told: str, *, own_host: str = "") -> str:
    """The name of a source that was told as a word (`utm_source`), a host, or a name from here.

    Nothing told is UNKNOWN; what has no plain letter, or might be somebody's mail address, is OTHER. To name
    a name again changes nothing.
    """
    told = told.strip().lower()
    if not told:
        return UNKNOWN
    if told == own_host:
        return THIS_SITE
    if HOST.fullmatch(told):
        return _of_host(told)
    word = re.sub(r"[^a-z0-9_]+", "-", told)[:LONGEST].strip("-")
    return word if re.search("[a-z]", word) and "@" not in told else OTHER


def _of_host(host: str) -> str:
    labels = host.split(".")
    for at in range(len(labels)):
        if name := NAMES.get(".".join(labels[at:])):
            return name
    if GOOGLE.search(host):
        return "google"
    is_below_a_country = len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL
    registered = ".".join(labels[-3 if is_below_a_country else -2 :])
    return registered if len(registered) <= LONGEST else OTHER
