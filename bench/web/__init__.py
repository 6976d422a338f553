"""Servers and requests: what is measured from outside, over HTTP."""
