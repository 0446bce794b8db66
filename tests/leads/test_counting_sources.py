"""The names of sources, and who is a machine."""

import pytest

from leads.counting.sources import source_name
from leads.counting.visitors import is_machine


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("", "unknown"),
        ("  ", "unknown"),
        ("direct", "direct"),
        ("Newsletter", "newsletter"),
        ("Spring Campaign 2026!", "spring-campaign-2026"),
        ("https://example.com/secret?token=1", "https-example-com-secret-token-1"),
        ("x" * 500, "x" * 40),
        ("12345", "other"),
        ("日本", "other"),
        ("\x00", "other"),
        ("=HYPERLINK(1)", "hyperlink-1"),
        ("www.google.com", "google"),
        ("www.google.co.uk", "google"),
        ("google.de", "google"),
        ("mail.google.com", "gmail"),
        ("gemini.google.com", "gemini"),
        ("com.google.android.gm", "gmail"),
        ("google.com.evil.example", "evil.example"),
        ("notgoogle.com", "notgoogle.com"),
        ("t.co", "x"),
        ("l.facebook.com", "facebook"),
        ("out.reddit.com", "reddit"),
        ("someone.substack.com", "substack"),
        ("www.example.com", "example.com"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("intranet.example.nl", "example.nl"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("192.168.0.1", "other"),
        ("samira@example.com", "other"),
        ("coach.example", "this-site"),
        (f"{'a' * 60}.example", "other"),
    ],
)
def test_source_is_named_by_a_short_word_or_a_host(told: str, name: str) -> None:
    assert source_name(told, own_host="coach.example") == name
    assert source_name(name, own_host="coach.example") == name


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("", True),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", True),
        ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", True),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36", True),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", True),
        ("LinkedInBot/1.0 (compatible; Mozilla/5.0)", True),
        ("WhatsApp/2.23.20.0", True),
        ("python-requests/2.32.0", True),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", False),
        ("Mozilla/5.0 (Linux; Android 13; CUBOT_X70) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile", False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", False),
    ],
)
def test_machines_say_what_they_are(user_agent: str, expected: bool) -> None:
    assert is_machine(user_agent) is expected
