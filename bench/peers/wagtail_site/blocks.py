"""The kinds of section, each with a template of its own."""

from wagtail.blocks import BooleanBlock, CharBlock, ListBlock, RichTextBlock, StructBlock, TextBlock, URLBlock


class Step(StructBlock):
    label = CharBlock(required=False)
    duration = CharBlock(required=False)
    note = CharBlock(required=False)
    drawing = CharBlock(default="solid")
    stands_here = BooleanBlock(required=False)


class Item(StructBlock):
    """A pain point, a scope point or an offer: their fields differ little."""

    title = CharBlock(required=False)
    text = TextBlock()
    drawing = CharBlock(required=False)
    anchor = CharBlock(required=False)


class MentorItem(StructBlock):
    name = CharBlock()
    story = RichTextBlock()
    caption = CharBlock()
    drawing_description = CharBlock()
    top_level = CharBlock(required=False)
    steps = ListBlock(Step())


class TestimonialItem(StructBlock):
    name = CharBlock()
    role = CharBlock()
    outcome_figure = CharBlock(required=False)
    outcome = CharBlock()
    summary = RichTextBlock()


class StatisticItem(StructBlock):
    figure = CharBlock()
    label = CharBlock()
    source_name = CharBlock(required=False)
    source_url = URLBlock(required=False)
    explained_by = CharBlock(required=False)
    explanation_label = CharBlock(required=False)


class QuestionItem(StructBlock):
    question = CharBlock()
    answer = RichTextBlock()
    anchor = CharBlock()


class Section(StructBlock):
    anchor = CharBlock()
    kicker = CharBlock(required=False)
    heading = CharBlock()
    introduction = RichTextBlock(required=False)
    action_label = CharBlock(required=False)
    note = CharBlock(required=False)
    menu_label = CharBlock(required=False)


def section(kind: str, item: StructBlock | None = None) -> tuple[str, Section]:
    items = [("items", ListBlock(item))] if item else []
    return kind, Section(items, template=f"wagtail_site/blocks/{kind}.html")


SECTIONS = [
    section("pain_points", Item()),
    section("scope", Item()),
    section("mentor", MentorItem()),
    section("testimonials", TestimonialItem()),
    section("offers", Item()),
    section("statistics", StatisticItem()),
    section("questions", QuestionItem()),
    section("closing"),
    section("prose"),
]
