"""The register of volunteers: people, hours, terms, applications, and its import.

The one invariant: a volunteer without a valid term, a signed pledge and a language is never
offered anything (`VolunteerQuerySet.offerable`).
"""

from volunteers.models.applications import Application, ApplicationDocument, ScreeningStep
from volunteers.models.availability import AvailabilityException, AvailabilityRule
from volunteers.models.importing import ImportMapping, ImportRow, ImportRun
from volunteers.models.people import (
    Area,
    Field,
    FieldSkill,
    LanguageSkill,
    Training,
    Volunteer,
    VolunteerQuerySet,
)
from volunteers.models.terms import Pledge, Registration

__all__ = [
    "Application",
    "ApplicationDocument",
    "Area",
    "AvailabilityException",
    "AvailabilityRule",
    "Field",
    "FieldSkill",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "LanguageSkill",
    "Pledge",
    "Registration",
    "ScreeningStep",
    "Training",
    "Volunteer",
    "VolunteerQuerySet",
]
