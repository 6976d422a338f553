"""`python -m core.cli` is `grial`, for an interpreter that has the packages but not the script."""

from core.cli import main

main(prog_name="grial")
