"""Addresses that providers call back, below ``hooks/``: those of every transport that has some."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.urls import URLPattern

from realtime import transports

app_name = "hooks"


def _hooks() -> list[URLPattern]:
    names = [f"{transports.__name__}.{one.name}.hooks" for one in iter_modules(transports.__path__)]
    modules = [import_module(name) for name in names if find_spec(name)]
    return [pattern for module in modules for pattern in module.urlpatterns]


urlpatterns = _hooks()
