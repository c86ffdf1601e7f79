"""Addresses of this app, included at the root of the site."""

from django.urls import path

from dispatch.phone_urls import urlpatterns as phone_urlpatterns
from dispatch.setup_urls import urlpatterns as setup_urlpatterns
from dispatch.views import ask, board, connecting, delivery, fax, feeds, handling, inbox, requests

app_name = "dispatch"
urlpatterns = [
    path("board/", board.show_board, name="board"),
    path("board/fragment/", board.board_fragment, name="board_fragment"),
    path("calls/<int:pk>/done/", board.call_done, name="call_done"),
    path("delivery/", delivery.show_delivery, name="delivery"),
    path("delivery/fragment/", delivery.delivery_fragment, name="delivery_fragment"),
    path("messages/<int:pk>/fax.pdf", fax.fax_sheet, name="fax"),
    path("inbox/", inbox.show_inbox, name="inbox"),
    path("inbox/<int:pk>/do/<slug:verb>/", inbox.handle_text, name="inbox_verb"),
    path("requests/", requests.list_requests, name="requests"),
    path("requests/new/", ask.new_request, name="new_request"),
    path("requests/new/count/", ask.count_people, name="count"),
    path("requests/suggest/languages/", ask.suggest_languages, name="suggest_languages"),
    path("requests/suggest/places/", ask.suggest_places, name="suggest_places"),
    path("requests/<int:pk>/", requests.show_request, name="request"),
    path("requests/<int:pk>/fragment/", requests.request_fragment, name="request_fragment"),
    path("requests/<int:pk>/edit/", ask.change_request, name="edit_request"),
    path("requests/<int:pk>/candidates/", handling.show_candidates, name="candidates"),
    path("requests/<int:pk>/ask/", handling.ask_chosen, name="ask_chosen"),
    path("requests/<int:pk>/assign/", handling.assign, name="assign"),
    path("requests/<int:pk>/cancel/", handling.cancel, name="cancel_request"),
    path("requests/<int:pk>/unmet/", handling.close_unmet, name="close_unmet"),
    path("requests/<int:pk>/do/<slug:verb>/", handling.simple_verb, name="request_verb"),
    path(
        "requests/<int:pk>/rungs/<int:seen>/open/<int:to>/",
        connecting.open_rung,
        name="open_rung",
    ),
    path("requests/<int:pk>/dial/<int:service>/", connecting.dial, name="dial"),
    path("requests/<int:pk>/device/allow/", connecting.allow_device, name="allow_device"),
    path("requests/<int:pk>/device/", connecting.use_device, name="use_device"),
    path("operator-calls/<int:pk>/do/<slug:verb>/", connecting.call_verb, name="call_verb"),
    path("operators/<int:pk>/pin/", connecting.show_pin, name="operator_pin"),
    path("offers/<int:pk>/answer/", handling.record_answer, name="record_answer"),
    path("offers/<int:pk>/withdraw/", handling.withdraw, name="withdraw_offer"),
    path("assignments/<int:pk>/do/<slug:verb>/", handling.assignment_verb, name="assignment_verb"),
    path("feeds/<str:token>.ics", feeds.feed, name="feed"),
    *phone_urlpatterns,
    *setup_urlpatterns,
]
