"""Addresses of the memory's pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
