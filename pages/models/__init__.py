"""What the site says. The rows are what staff edit; `pages.content` gathers them for the reader."""

from pages.models.brand import Brand
from pages.models.claims import Statistic, Testimonial
from pages.models.items import Offer, PainPoint, Question, ScopePoint
from pages.models.mentor import Mentor, MentorStep
from pages.models.page import LandingPage, StairStep
from pages.models.section import Section

__all__ = [
    "Brand",
    "LandingPage",
    "Mentor",
    "MentorStep",
    "Offer",
    "PainPoint",
    "Question",
    "ScopePoint",
    "Section",
    "StairStep",
    "Statistic",
    "Testimonial",
]
