"""Answers browsers and programs over HTTP; what an addon's `web.py` needs is offered here."""

from core.http.request import Request, Response, file_response, json_response, redirect
from core.http.routing import route
from core.http.static import static_url

__all__ = ["Request", "Response", "file_response", "json_response", "redirect", "route", "static_url"]
