"""Puts HTTP and RPC together as one WSGI application, and starts a web server with it."""
