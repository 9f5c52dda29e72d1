"""Addresses of the chat pages."""

from django.urls import URLPattern, path

from chat import views

urlpatterns: list[URLPattern] = [
    path("", views.chat, name="chat"),
    path("turns/<uuid:stream_id>", views.turn, name="turn"),
    path("receipts/<uuid:message_id>", views.receipt, name="receipt"),
]
