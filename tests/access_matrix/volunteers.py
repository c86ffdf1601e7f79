"""Who may open what: the register."""

from __future__ import annotations

from tests.access_matrix.entries import DESK, VOLUNTEER, of, page, public, stream

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
page("volunteers:contact_is_right", DESK, method="post", **VOLUNTEER)
page(
    "volunteers:training_verify",
    DESK,
    method="post",
    args=lambda w: [w.hana.pk, w.training.pk],
    foreign=lambda w: [w.foreign_volunteer.pk, w.foreign_training.pk],
)

# applying, renewing, staying ---------------------------------------------------------------------
APPLICATION, RENEWAL = of("application"), of("renewal")
DOCUMENT = {
    "args": lambda w: [w.application.pk, w.document.pk],
    "foreign": lambda w: [w.foreign_application.pk, w.foreign_document.pk],
}
page("volunteers:applications", DESK)
page("volunteers:application", DESK, **APPLICATION)
page("volunteers:application_screen", DESK, method="post", **APPLICATION)
page("volunteers:application_interview", DESK, method="post", **APPLICATION)
page("volunteers:application_accept", DESK, method="post", **APPLICATION)
page("volunteers:application_decline", DESK, method="post", **APPLICATION)
page("volunteers:application_withdraw", DESK, method="post", **APPLICATION)
page("volunteers:application_document", DESK, **DOCUMENT)
page("volunteers:renewals", DESK)
page("volunteers:renewals_accept", DESK, method="post")
page("volunteers:renewal", DESK, **RENEWAL)
page("volunteers:renewal_accept", DESK, method="post", **RENEWAL)
page("volunteers:renewal_send_back", DESK, method="post", **RENEWAL)
page("volunteers:renewal_forms", DESK, ok=(404,))  # nobody here is without a telephone
page("volunteers:cards", DESK, ok=(404,))  # no term was named
page("volunteers:card", DESK, **VOLUNTEER)
page("volunteers:staying", DESK)
page("volunteers:stay_ask", DESK, method="post", **VOLUNTEER)
page("volunteers:stay_answer", DESK, method="post", **VOLUNTEER)
page("volunteers:stay_remove", DESK, method="post", **VOLUNTEER)
page("volunteers:application_settings", "admin")
page("volunteers:application_settings", "admin", method="post")
page("volunteers:pledge_publish", "admin", method="post")
OPEN_CITY = {"args": lambda w: [w.application.organization.slug]}
REFERENCE = {"args": lambda w: [w.application.reference]}
public("volunteers:apply", **OPEN_CITY)
public("volunteers:apply", method="post", ok=(422,), **OPEN_CITY)
public("volunteers:apply_confirm", ok=(302,), **OPEN_CITY)  # nothing to confirm yet
public("volunteers:apply_confirm", method="post", ok=(302,), **OPEN_CITY)
public("volunteers:application_status", **REFERENCE)
public("volunteers:application_status", method="post", ok=(422,), **REFERENCE)
public("volunteers:application_take_back", method="post", ok=(302,), **REFERENCE)
public("volunteers:stay", args=lambda w: [w.stay_token])
public("volunteers:stay", method="post", args=lambda w: [w.stay_token])
