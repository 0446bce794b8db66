"""Requests that nobody honest sends: paths, queries, headers, forms and uploads, made up by Hypothesis.

The suite sends some hundreds of them, `python -m bench hostile` thousands. Some of what they say is marked by
an element that no page of ours has; should it stand in an answer as an element, text has become markup.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from tests.security.world import HOST, World, asked, undone
from tests.wsgi import Reply

ELEMENT = "x-hostile"
MARKED = f"'\"></textarea></title><{ELEMENT} {ELEMENT}=1>"

PAYLOADS = [
    *("\0", "a\0b", "\x1b[31m", "\u202egnp.exe", "\ufeff", "\u2028", "\ufdfa" * 90, "e\u0301" * 200),
    *("\r\nSet-Cookie: a=b", "x\nBcc: all@example.com", "%0d%0aLocation:%20//evil.example"),
    *(
        "//evil.example/",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "data:text/html,x",
    ),
    *("<script>alert(1)</script>", "<svg/onload=alert(1)>", "{{ settings.SECRET_KEY }}", "{% debug %}"),
    *("' OR 1=1 --", "1; DROP TABLE auth_user", "%", "_", "\\", "${7*7}", "{0.__class__}", "%(name)s %s %n"),
    *("=1+1", "@SUM(A1)", "+1", "\tx", "END:VEVENT\r\nBEGIN:VEVENT", "../../etc/passwd", "C:\\boot.ini"),
    *("0", "-1", "1e309", "NaN", "9" * 19, "9" * 40, "9" * 5000, "0x10", "１２", "True", "null", "[]", "{}"),
    *("0001-01-01T00:00Z", "9999-12-31T23:59Z", "0000-00-00", "2026-02-30", "25:61", "Etc/../UTC"),
    *("a@localhost", "a@" + "ü." * 120 + "de", "http://[::1", "https://169.254.169.254/", "x" * 70_000),
]

SAYS_503 = {"/readyz"}
"""Where no worker has given a sign for a while, as here."""

MARKS = st.tuples(
    st.sampled_from(["", "a", "=", "&lt;", "[x](", "## "]), st.sampled_from(["", "b", ")", "`"])
)
TEXTS = st.one_of(
    MARKS.map(lambda around: around[0] + MARKED + around[1]),
    st.sampled_from(PAYLOADS),
    st.text(max_size=80),
)
NAMES = st.one_of(
    st.sampled_from(
        [
            *(
                "next",
                "q",
                "o",
                "p",
                "all",
                "e",
                "_popup",
                "_to_field",
                "_changelist_filters",
                "pk__in",
                "id",
            ),
            *("status__exact", "name__startswith", "password__startswith", "assigned_to__password", "stage"),
            *(
                "from",
                "cta",
                "via",
                "utm_source",
                "tz",
                "time",
                "template",
                "resource",
                "month",
                "group",
                "by",
            ),
        ]
    ),
    TEXTS,
)
QUERIES = st.one_of(
    st.lists(st.tuples(NAMES, TEXTS), max_size=4).map(lambda pairs: urlencode(pairs, errors="replace")),
    st.sampled_from(
        ["%", "%zz", "a=%ff%fe", "a=%00", "a=%F0%28&a=&=b&&", ";" * 50, "&".join(["a=1"] * 1200)]
    ),
    st.text(st.characters(max_codepoint=255, blacklist_characters="\r\n"), max_size=60),
)
RAW = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)
"""What a server lets through in a header: no line breaks, and bytes of any kind."""

HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "x_forwarded_host": st.just("evil.example"),
        "x_forwarded_for": RAW,
        "x_forwarded_proto": st.sampled_from(["https", "https, http", "gopher", ""]),
        "referer": st.one_of(
            RAW, st.sampled_from(["http://[", f"http://{HOST}/?utm_source={MARKED}", "null"])
        ),
        "origin": st.sampled_from(["null", "http://evil.example", f"http://{HOST}", "http://[::1"]),
        "sec_fetch_site": st.sampled_from(["same-origin", "cross-site", "none", "x"]),
        "accept_language": st.one_of(
            RAW, st.sampled_from(["x" * 5000, "de;q=2", "../../en", ",".join(["a"] * 400)])
        ),
        "accept_encoding": st.one_of(
            RAW, st.sampled_from(["br;q=nan", "gzip;q=1e999", "*;q=,,", "br" * 900])
        ),
        "user_agent": RAW,
        "if_none_match": RAW,
        "if_modified_since": st.sampled_from(["x", "Sat, 29 Feb 2099 99:99:99 GMT", "9" * 100]),
        "range": st.sampled_from(["bytes=0-", "bytes=9-1", "bytes=-99999999999", "x"]),
        "cookie": st.one_of(
            RAW, st.sampled_from([f"sessionid={'a' * 32}", "messages=x", 'a="', "csrftoken=x"])
        ),
        "x_csrftoken": RAW,
    },
)
HOSTS = st.sampled_from(
    [*[HOST] * 30, "evil.example", f"{HOST}@evil.example", "", "a b", "[::1", "x" * 300, "127.0.0.1:99999"]
)
CONTENT_TYPES = st.sampled_from(
    [
        *["application/x-www-form-urlencoded"] * 12,
        *(
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "",
            "x",
        ),
        *("multipart/form-data; boundary=b", "application/json", "text/plain", "a/b; charset=hex"),
        "application/x-www-form-urlencoded; charset=utf-16",
        "multipart/form-data; boundary=" + "b" * 300,
    ]
)
METHODS = st.sampled_from(
    ["GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "x"]
)
FIELDS = [
    *(
        "time_zone",
        "starts_at",
        "wished_time",
        "name",
        "email",
        "role",
        "experience",
        "profile_url",
        "direction",
    ),
    *(
        "goals",
        "consent",
        "mail_consent",
        "show_times",
        "submission",
        "wording",
        "shown_zone",
        "waiting_list",
    ),
    *(
        "from",
        "cta",
        "via",
        "utm_source",
        "kind",
        "page",
        "source",
        "login",
        "password",
        "code",
        "credential",
    ),
]
IMAGES = [
    *(
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ),
    *(
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"\0\0\0 ftypavif",
        b"II*\0",
        b"%PDF-1.7",
        b"PK\3\4",
        b"<?xml version='1.0'?>",
    ),
]


@dataclass(frozen=True)
class Hostile:
    """One such request."""

    path: str
    method: str = "GET"
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def send(self) -> Reply:
        more = {key: getattr(self, key) for key in ("query", "body", "content_type")}
        return asked(_as_server_gives(self.path), self.method, **more, **self.headers)


def _as_server_gives(path: str) -> str:
    """PATH_INFO holds bytes, each as one character (PEP 3333)."""
    return path.encode("utf-8", "surrogatepass").decode("latin-1")


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs, errors="replace").encode()


def paths(world: World) -> st.SearchStrategy[str]:
    """A door, also with something before or behind it; or no door at all."""
    doors = st.sampled_from(world.public)
    return st.one_of(
        *[doors] * 9,
        st.tuples(doors, TEXTS).map("".join),
        st.tuples(doors, st.sampled_from(["style.css", "%2e%2e/", ";a=b", "/", "x/../", "\\", "\0"])).map(
            "".join
        ),
        TEXTS.map(lambda text: f"/{text}"),
        TEXTS.map(lambda text: f"/admin/{text}"),
    )


BODIES = st.one_of(
    st.lists(st.tuples(st.sampled_from(FIELDS), TEXTS), max_size=8).map(encoded),
    st.lists(st.tuples(NAMES, TEXTS), max_size=5).map(encoded),
    st.binary(max_size=200),
    st.sampled_from([b"a=" + b"x" * 300_000, b"&".join([b"a=1"] * 1200), b"name=%ff%00%zz", b"--b\r\n" * 20]),
)


def from_strangers(world: World) -> st.SearchStrategy[Hostile]:
    headers = st.builds(lambda host, others: {"host": host} | others, HOSTS, HEADERS)
    return st.builds(Hostile, paths(world), METHODS, QUERIES, BODIES, CONTENT_TYPES, headers)


def to_the_desk(world: World) -> st.SearchStrategy[Hostile]:
    """From a browser that is signed in: a page with a hostile query, or a form with hostile values."""
    read = st.builds(Hostile, st.sampled_from(world.desk), query=QUERIES)
    return st.one_of(read, _filled(world)).map(lambda one: _signed(one, world))


@st.composite
def _filled(draw: st.DrawFn, world: World) -> Hostile:
    """A form as it is, but for one to three of its values, or one that is missing or there twice."""
    form = draw(st.sampled_from(world.forms))
    pairs = [pair for pair in form.values if pair[0] != "csrfmiddlewaretoken"]
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(pairs)))
        match draw(st.sampled_from(["change", "change", "change", "repeat", "drop"])):
            case "change" if at < len(pairs):
                pairs[at] = (pairs[at][0], draw(TEXTS))
            case "repeat" if at < len(pairs):
                pairs.append((pairs[at][0], draw(TEXTS)))
            case "drop" if at < len(pairs):
                del pairs[at]
            case _:
                pairs.append((draw(NAMES), draw(TEXTS)))
    pairs.append(("csrfmiddlewaretoken", world.csrf_token))
    target = urlsplit(form.action)
    return Hostile(target.path, "POST", target.query, encoded(pairs), "application/x-www-form-urlencoded")


def uploads(world: World) -> st.SearchStrategy[Hostile]:
    """A picture that is none, under a name that is none, for the desk's form or one that wants no file."""
    contents = st.one_of(
        st.binary(max_size=300), st.tuples(st.sampled_from(IMAGES), st.binary(max_size=200)).map(b"".join)
    )
    names = st.one_of(
        TEXTS.filter(lambda name: len(name) < 300), st.sampled_from(["a.png", "..", "", "a/b.svg"])
    )
    kinds = st.sampled_from(["image/png", "image/svg+xml", "text/html", "", "a/b; charset=hex"])
    doors = st.sampled_from(["/admin/pages/picture/add/", "/admin/pages/picture/add/", "/book/", "/count/"])
    return st.builds(_upload, st.just(world), doors, contents, names, kinds)


def _upload(world: World, path: str, content: bytes, name: str, kind: str) -> Hostile:
    quoted = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
    said = [
        f'name="csrfmiddlewaretoken"\r\n\r\n{world.csrf_token}\r\n',
        f'name="alt"\r\n\r\n{name}\r\n',
        f'name="file"; filename="{quoted}"\r\nContent-Type: {kind}\r\n\r\n',
    ]
    parts = [f"--b\r\nContent-Disposition: form-data; {part}" for part in said]
    body = "".join(parts).encode("utf-8", "replace") + content + b"\r\n--b--\r\n"
    return _signed(Hostile(path, "POST", "", body, "multipart/form-data; boundary=b"), world)


def _signed(one: Hostile, world: World) -> Hostile:
    more = {"cookie": world.cookies, "origin": f"http://{HOST}", "sec_fetch_site": "same-origin"}
    return replace(one, headers=one.headers | more)


# --- Many at once


def walk(world: World, strategy: st.SearchStrategy[Hostile], examples: int, seed: int) -> Counter[str]:
    """Sends so many. Returns how often each status came back, and each fault with what led to it."""
    seen: Counter[str] = Counter()

    @seeded(seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def send(one: Hostile) -> None:
        try:
            with undone():
                reply = one.send()
        except Exception as error:
            seen[f"broke: {error!r} at {one!r}"[:2000]] += 1
            return
        seen[reply.status[:3]] += 1
        seen.update(f"broke: {fault} at {one!r}"[:2000] for fault in faults_of(reply, one))

    send()
    return seen


# --- What must not come back


def faults_of(reply: Reply, asked_for: Hostile) -> list[str]:
    """What is wrong with the answer, each in a few words; nothing, as a rule."""
    text = reply.body.decode(errors="replace")
    is_html = reply.headers.get("Content-Type", "").startswith("text/html")
    # Django replaces a broken cookie of forms for whoever brings one; the delivery front brings it none.
    is_anonymous = not (
        asked_for.path.startswith("/admin/") or "csrftoken" in asked_for.headers.get("cookie", "")
    )
    found = {
        f"the answer is {reply.status}": int(reply.status[:3]) >= 500 and asked_for.path not in SAYS_503,
        "a traceback is shown": "Traceback (most recent" in text or "settings.SECRET_KEY}" in text,
        "text became markup": is_html and has_element(text),
        "a public answer sets a cookie": is_anonymous and "Set-Cookie" in reply.headers,
        "a header holds a line break": any({"\r", "\n"} & set(value) for value in reply.headers.values()),
        "it leads to another site": not _is_own(reply.headers.get("Location", "/")),
    }
    return [fault for fault, is_there in found.items() if is_there]


def _is_own(location: str) -> bool:
    return not location.startswith(("//", "/\\")) and urlsplit(location).netloc in {"", HOST}


def has_element(html: str) -> bool:
    finder = _Finder()
    finder.feed(html)
    return finder.found


class _Finder(HTMLParser):
    found = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        self.found = self.found or tag == ELEMENT or any(name == ELEMENT for name, _ in attrs)
