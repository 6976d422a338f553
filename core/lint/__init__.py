"""Rules of Python sources that keep holes shut by construction, for core and for every addon; see docs/security.md."""

from __future__ import annotations

from core.lint.run import RULES, findings_of, lint_folder, lint_text, unused_reviews

__all__ = ["RULES", "findings_of", "lint_folder", "lint_text", "unused_reviews"]
