"""Addons: found, ordered, imported, installed, upgraded, removed; the registries of a server; the wiring of the rooms."""
