"""Adds an organization with its first administrator and prints the invitation link."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email, validate_slug
from django.urls import reverse

from accounts.actions import create_organization
from accounts.clock import database_now
from accounts.errors import ActionError


class Command(BaseCommand):
    """``create_organization "みなと市国際交流協会" minato admin@example.jp``"""

    help = "Adds an organization with its first administrator and prints the invitation link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name, slug, the administrator's address and, if wanted, name."""
        parser.add_argument("name")
        parser.add_argument("slug", help="short name in ASCII, e.g. minato")
        parser.add_argument("admin_email")
        parser.add_argument("--admin-name", default="管理者")

    def handle(self, *args: Any, **options: Any) -> None:
        """Everything or nothing."""
        try:
            validate_slug(options["slug"])
            validate_email(options["admin_email"])
            organization, secret = create_organization(
                options["name"],
                options["slug"],
                admin_email=options["admin_email"],
                admin_name=options["admin_name"],
                at=database_now(),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except ActionError as error:
            raise CommandError(error.text) from None
        self.stdout.write(f"{organization} ({organization.slug})")
        if secret:
            link = settings.PUBLIC_BASE_URL + reverse("accounts:invitation", args=[secret])
            self.stdout.write(link)
