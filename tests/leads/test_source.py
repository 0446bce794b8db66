import pytest
from django.test import RequestFactory

from leads.source import Source

SITE = "http://127.0.0.1:8000"


def source_of(path: str, *, referer: str = "") -> Source:
    headers = {"Host": "127.0.0.1:8000"} | ({"Referer": referer} if referer else {})
    return Source.of(RequestFactory().get(path, headers=headers))


def test_source_is_read_from_the_address_of_the_form() -> None:
    source = source_of(
        "/book/?from=architects&cta=hero&utm_source=news&utm_medium=mail&utm_campaign=may&utm_term=ai&utm_content=top"
    )

    assert source == Source("architects", "hero", "news", "mail", "may", "ai", "top", "news")


def test_campaign_of_the_page_before_is_taken_over() -> None:
    source = source_of("/book/?from=architects&cta=hero", referer=f"{SITE}/?utm_source=news&utm_campaign=may")

    assert source == Source("architects", "hero", "news", utm_campaign="may", source_name="news")


def test_campaign_in_the_address_goes_before_that_of_the_page_before() -> None:
    source = source_of("/book/?utm_source=mail", referer=f"{SITE}/?utm_source=news")

    assert source == Source(utm_source="mail", source_name="mail")


def test_only_a_campaign_is_taken_from_the_page_before() -> None:
    assert source_of("/book/", referer=f"{SITE}/?from=elsewhere&cta=hero") == Source()


@pytest.mark.parametrize(
    "referer",
    [
        "https://elsewhere.example/?utm_source=theirs",
        "http://127.0.0.1:9999/?utm_source=theirs",
        "http://[broken/?utm_source=theirs",
        "utm_source=theirs",
    ],
)
def test_campaign_of_another_site_is_not_taken_over(referer: str) -> None:
    assert source_of("/book/", referer=referer) == Source()


def test_a_page_before_with_too_many_parameters_is_left_aside() -> None:
    assert source_of("/book/", referer=f"{SITE}/?utm_source=x&{'a=1&' * 1001}") == Source()


def test_values_are_made_printable_and_cut_to_what_a_request_keeps() -> None:
    source = source_of(
        f"/book/?from={'p' * 500}&cta=%00he%0Dro%0A+&utm_source={'%F0%9F%98%80' * 300}&utm_term=%FF"
    )

    assert source == Source("p" * 80, "hero", utm_source="😀" * 100, utm_term="\ufffd", source_name="other")


def test_form_carries_the_source_on_under_the_names_of_the_address() -> None:
    carried = Source("architects", "hero", utm_source="news", source_name="news").as_fields()

    again = Source.of(RequestFactory().post("/book/", carried, headers={"Host": "127.0.0.1"}))
    assert carried == {"from": "architects", "cta": "hero", "utm_source": "news", "via": "news"}
    assert again == Source("architects", "hero", utm_source="news", source_name="news")


@pytest.mark.parametrize(
    ("path", "referer", "name"),
    [
        ("/book/", "", "unknown"),
        ("/book/?via=www.google.com", "", "google"),
        ("/book/?via=direct", "", "direct"),
        ("/book/?via=127.0.0.1", "", "this-site"),
        ("/book/?via=google&utm_source=News%20Letter", "", "news-letter"),
        ("/book/?via=google", f"{SITE}/?utm_source=news", "news"),
        ("/book/", f"{SITE}/?ref=a-friend", "a-friend"),
    ],
)
def test_source_is_named_after_the_campaign_else_after_the_site_before(
    path: str, referer: str, name: str
) -> None:
    assert source_of(path, referer=referer).source_name == name
