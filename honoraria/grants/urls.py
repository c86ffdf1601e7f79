"""Addresses of this room, inside the namespace ``honoraria``."""

from django.urls import path

from honoraria.grants.views import claims, consultations, costs, files, programmes, tagging

urlpatterns = [
    path("", programmes.list_programmes, name="grants"),
    path("new/", programmes.new, name="programme_new"),
    path("<int:pk>/", programmes.detail, name="programme"),
    path("<int:pk>/terms/", programmes.terms, name="programme_terms"),
    path("<int:pk>/municipalities/", programmes.municipalities, name="programme_municipalities"),
    path("<int:pk>/shares/", programmes.shares, name="programme_shares"),
    path("<int:pk>/tags/", tagging.show, name="programme_tags"),
    path("<int:pk>/tags/save/", tagging.save, name="programme_tags_save"),
    path("<int:pk>/lines/", claims.list_lines, name="programme_lines"),
    path("<int:pk>/claim/", claims.prepare, name="programme_claim"),
    path("<int:pk>/files/<slug:what>/<slug:kind>/", files.of_programme, name="programme_file"),
    path("<int:pk>/claim/submit/", claims.submit, name="claim_submit"),
    path("claims/<int:pk>/", claims.detail, name="claim"),
    path("claims/<int:pk>/tax/", claims.tax, name="claim_tax"),
    path("claims/<int:pk>/files/<slug:what>/<slug:kind>/", files.of_claim, name="claim_file"),
    path("costs/", costs.list_costs, name="costs"),
    path("costs/new/", costs.new, name="cost_new"),
    path("costs/<int:pk>/", costs.detail, name="cost"),
    path("costs/<int:pk>/edit/", costs.edit, name="cost_edit"),
    path("costs/<int:pk>/approve/", costs.approve, name="cost_approve"),
    path("costs/<int:pk>/reverse/", costs.reverse_one, name="cost_reverse"),
    path("costs/<int:pk>/remove/", costs.remove, name="cost_remove"),
    path("costs/<int:pk>/paid/", costs.paid, name="cost_paid"),
    path("costs/<int:pk>/documents/", costs.add_document, name="cost_document_add"),
    path("costs/documents/<int:pk>/", costs.document, name="cost_document"),
    path("costs/documents/<int:pk>/remove/", costs.remove_document, name="cost_document_remove"),
    path("consultations/", consultations.consultations, name="consultations"),
]
