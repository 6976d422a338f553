"""A nursery full of mistakes: each line that says so is found by mypy or by `server.py check`."""
