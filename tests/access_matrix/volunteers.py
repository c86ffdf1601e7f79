"""Who may open what: the register."""

from __future__ import annotations

from tests.access_matrix.entries import DESK, VOLUNTEER, page, stream

# volunteers: the register ------------------------------------------------------------------------
page("volunteers:list", DESK)
page("volunteers:languages", DESK, query="?q=vi")
page("volunteers:new", DESK)
page("volunteers:new", DESK, method="post")
page("volunteers:profile", DESK, **VOLUNTEER)
page("volunteers:edit", DESK, **VOLUNTEER)
page("volunteers:edit", DESK, method="post", **VOLUNTEER)
page("volunteers:pause", DESK, **VOLUNTEER)
page("volunteers:pause", DESK, method="post", **VOLUNTEER)
page("volunteers:withdraw", DESK, **VOLUNTEER)
page("volunteers:withdraw", DESK, method="post", **VOLUNTEER)
page("volunteers:renew", DESK, **VOLUNTEER)
page("volunteers:renew", DESK, method="post", **VOLUNTEER)
page("volunteers:resume", DESK, method="post", **VOLUNTEER)
page("volunteers:on_call", DESK, method="post", **VOLUNTEER)
RUN = {"args": lambda w: [w.import_run.pk], "foreign": lambda w: [w.foreign_import_run.pk]}
page("volunteers:import", DESK)
page("volunteers:import", DESK, method="post")
page("volunteers:import_map", DESK, **RUN)
page("volunteers:import_map", DESK, method="post", **RUN)
page("volunteers:import_preview", DESK, ok=(302,), **RUN)
page("volunteers:import_preview", DESK, method="post", **RUN)
page("volunteers:import_confirm", DESK, method="post", **RUN)
page("volunteers:import_progress", DESK, ok=(302,), **RUN)
page("volunteers:import_abandon", DESK, method="post", **RUN)
page("volunteers:export", DESK)
stream("volunteer", "volunteer")
