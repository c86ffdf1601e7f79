"""Addresses of this room, inside the namespace ``honoraria``."""

from django.urls import URLPattern, path

from honoraria.gift_cards.views import box, counter, counting

urlpatterns: list[URLPattern] = [
    path("", box.index, name="gift_cards"),
    path("kinds/new/", box.new_kind, name="gift_card_kind_new"),
    path("kinds/<int:pk>/", box.show_register, name="gift_card_register"),
    path("kinds/<int:pk>/register.<str:kind>", box.export, name="gift_card_export"),
    path("kinds/<int:pk>/active/", box.change_active, name="gift_card_active"),
    path("kinds/<int:pk>/<str:verb>/", box.new_move, name="gift_card_move"),
    path("moves/<int:pk>/check/", box.check, name="gift_card_check"),
    path("moves/<int:pk>/take-back/", box.take_back, name="gift_card_take_back"),
    path("counts/", counting.counts, name="gift_card_counts"),
    path("counts/<int:pk>/check/", counting.check, name="gift_card_count_check"),
    path("people/<int:pk>/", counter.prepare, name="gift_card_prepare"),
    path("payments/<int:pk>/", counter.show, name="gift_card_payment"),
    path("payments/<int:pk>/release/", counter.release, name="gift_card_release"),
    path("payments/<int:pk>/receipt.pdf", counter.receipt_slip, name="gift_card_slip"),
    path("payments/<int:pk>/received/", counter.received, name="gift_card_received"),
    path("payments/<int:pk>/return/", counter.give_back, name="gift_card_return"),
    path("payments/<int:pk>/exchange/", counter.exchange, name="gift_card_exchange"),
]
