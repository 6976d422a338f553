"""Addons: found, ordered, imported, installed, upgraded, removed; the registries of a server; wiring between rooms."""
