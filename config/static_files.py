"""Static files of production: names carry a hash of the content, so that they may be kept for ever.

Modules of our own that import each other by relative paths get hashed names inside, too; otherwise
a browser would go on using last year's module after an update. Other people's scripts are left as
they are: some name files that they do not bring along.
"""

from __future__ import annotations

from servestatic.storage import CompressedManifestStaticFilesStorage as Base

OWN_MODULES = "interpreting/room/*.js"


class StaticFiles(Base):
    """Django's manifest storage, which also follows the imports of our own modules."""

    patterns = (*Base.patterns, (OWN_MODULES, Base._js_module_import_aggregation_patterns[1]))
