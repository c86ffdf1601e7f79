"""Checks the chain of the audit trail; ends with an error when a line does not fit."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import verify
from accounts.models import Organization


class Command(BaseCommand):
    """``verify_audit`` or ``verify_audit minato``; exit status 1 for a broken chain."""

    help = "Checks the chain of the audit trail of every organization, or of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A slug, if only one organization is wanted."""
        parser.add_argument("slug", nargs="?", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each organization."""
        organizations = Organization.objects.order_by("slug")
        if options["slug"]:
            organizations = organizations.filter(slug=options["slug"])
            if not organizations:
                raise CommandError(f"no organization {options['slug']}")
        broken = []
        for organization in organizations:
            number = verify(organization)
            self.stdout.write(
                f"{organization.slug}: {'ok' if number is None else f'broken at {number}'}"
            )
            if number is not None:
                broken.append(organization.slug)
        if broken:
            raise CommandError(f"the audit trail was altered: {', '.join(broken)}")
