"""Addresses of the chat pages."""

from django.urls import URLPattern, path

from chat import views

urlpatterns: list[URLPattern] = [
    path("", views.chat, name="chat"),
    path("turns/<uuid:stream_id>", views.turn, name="turn"),
    path("settings/usage", views.usage, name="usage"),
    path("settings/tools", views.choose_tool, name="choose-tool"),
    path("settings/provider", views.provider, name="provider"),
    path("settings/provider/test", views.check_provider, name="provider-test"),
    path("memory/profile", views.profile, name="memory-profile"),
    path("memory/profile/slots", views.choose_slots, name="memory-profile-slots"),
    path("proposals/<uuid:message_id>", views.proposals, name="answer-proposals"),
    path("proposals/<uuid:proposal_id>/accept", views.accept_proposal, name="proposal-accept"),
    path("proposals/<uuid:proposal_id>/decline", views.decline_proposal, name="proposal-decline"),
    path("receipts/<uuid:message_id>", views.receipt, name="receipt"),
]
