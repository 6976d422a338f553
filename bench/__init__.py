"""Measures Grial beside hand-written SQL on the same work: `python3 server.py bench`. Not part of the product."""
