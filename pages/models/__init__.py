"""What the site says. Most rows are the draft that staff edit; a Publication is what readers see."""

from pages.models.brand import Brand
from pages.models.claims import Statistic, Testimonial
from pages.models.items import Offer, PainPoint, Question, ScopePoint
from pages.models.mentor import Mentor, MentorStep
from pages.models.page import LandingPage, StairStep
from pages.models.picture import Picture, Rendition
from pages.models.publication import Publication
from pages.models.section import Section
from pages.models.site_version import SiteVersion

__all__ = [
    "Brand",
    "LandingPage",
    "Mentor",
    "MentorStep",
    "Offer",
    "PainPoint",
    "Picture",
    "Publication",
    "Question",
    "Rendition",
    "ScopePoint",
    "Section",
    "SiteVersion",
    "StairStep",
    "Statistic",
    "Testimonial",
]
