"""A strict reader of the calendar files that we write: RFC 5545 and 5546, rule by rule.

It shares no code with the library that writes them, and refuses what a lenient one would forgive.
"""

from __future__ import annotations

import re

ONCE_IN_EVENT = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE", "URL", "LOCATION"}
ONCE_IN_EVENT |= {"DESCRIPTION", "ORGANIZER", "TRANSP", "CLASS", "CREATED"}
KNOWN_IN_EVENT = ONCE_IN_EVENT | {"ATTENDEE"}
NEEDED_BY_METHOD = {
    "REQUEST": {"UID", "DTSTAMP", "DTSTART", "ORGANIZER", "ATTENDEE", "SUMMARY", "SEQUENCE"},
    "CANCEL": {"UID", "DTSTAMP", "ORGANIZER", "ATTENDEE", "SEQUENCE", "STATUS"},
    "PUBLISH": {"UID", "DTSTAMP", "DTSTART", "SUMMARY"},
}
TEXTS = {"SUMMARY", "DESCRIPTION", "LOCATION", "X-WR-CALNAME", "PRODID"}
CONTENT_LINE = re.compile(
    r"(?P<name>[A-Z0-9-]+)"
    r'(?P<parameters>(;[A-Z0-9-]+=("[^"\x00-\x1f\x7f]*"|[^";:,\x00-\x1f\x7f]*))*)'
    r":(?P<value>[^\x00-\x08\x0a-\x1f\x7f]*)"
)
UTC_INSTANT = re.compile(r"\d{8}T\d{6}Z")
UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*([,;]|\\(?![\\,;nN]))")

Properties = dict[str, list[str]]


def checked(file: str) -> list[Properties]:
    """The events of a file. Fails at the first rule that it breaks."""
    lines = _unfolded(file)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    frame, events = _parts(lines[1:-1])
    assert frame["VERSION"] == ["2.0"]
    assert len(frame["PRODID"]) == len(frame["METHOD"]) == 1
    for event in events:
        _check_event(event, frame["METHOD"][0])
    return events


def _unfolded(file: str) -> list[str]:
    """3.1: lines end with CRLF and hold at most 75 octets; a long one goes on after CRLF and a space."""
    assert file.endswith("\r\n")
    physical = file.split("\r\n")[:-1]
    for line in physical:
        assert "\r" not in line
        assert "\n" not in line
        assert len(line.encode()) <= 75, line
        assert line.strip(), "an empty line"
    return "\r\n".join(physical).replace("\r\n ", "").split("\r\n")


def _parts(lines: list[str]) -> tuple[Properties, list[Properties]]:
    """The calendar's own properties, and those of its events; 3.6: at least one component."""
    frame: Properties = {}
    events: list[Properties] = []
    inside: list[str] = []
    for line in lines:
        name, value = _content(line)
        if name == "BEGIN":
            inside.append(value)
            if value == "VEVENT":
                assert inside == ["VEVENT"]
                events.append({})
        elif name == "END":
            assert inside.pop() == value
        elif not inside:
            frame.setdefault(name, []).append(value)
        elif inside == ["VEVENT"]:
            events[-1].setdefault(name, []).append(value)
    assert inside == []
    assert any(line.startswith("BEGIN:") for line in lines)
    return frame, events


def _content(line: str) -> tuple[str, str]:
    match = CONTENT_LINE.fullmatch(line)
    assert match, f"not a content line: {line!r}"
    name, value = match["name"], match["value"]
    if name in TEXTS:
        assert not UNESCAPED.search(value), f"not escaped: {line!r}"
    return name, value


def _check_event(event: Properties, method: str) -> None:
    assert event.keys() <= KNOWN_IN_EVENT, event.keys() - KNOWN_IN_EVENT
    assert event.keys() >= NEEDED_BY_METHOD[method]
    assert all(len(event[name]) == 1 for name in event.keys() & ONCE_IN_EVENT)
    for name in ("DTSTAMP", "DTSTART", "DTEND"):
        assert UTC_INSTANT.fullmatch(event[name][0])
    assert event["DTSTART"] < event["DTEND"]
    assert int(event["SEQUENCE"][0]) >= 0
    assert event["STATUS"][0] in {"TENTATIVE", "CONFIRMED", "CANCELLED"}
    assert (event["STATUS"][0] == "CANCELLED") == (method == "CANCEL")
    for person in event.get("ORGANIZER", []) + event.get("ATTENDEE", []):
        assert re.fullmatch(r"mailto:[^\s:,;]+@[^\s:,;]+", person)
    assert "ATTENDEE" not in event or method != "PUBLISH"  # RFC 5546, 3.2.1
