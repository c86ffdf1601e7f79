"""The published description: valid without a warning, complete, and public."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from config.api_docs import description
from config.api_urls import urlpatterns


def test_the_description_is_valid_without_a_warning(tmp_path):
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "api.yml"),
        stderr=io.StringIO(),
    )  # fmt: skip
