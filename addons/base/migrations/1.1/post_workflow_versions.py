"""Workflows have versions now: publish what there is, and let records stand again where their status says."""

from core.migrate import Migration
from core.workflow.versions import publish


def migrate(migration: Migration) -> None:
    """Instances of before name no version; one is made again for each record when it next moves."""
    env = migration.env
    publish(env, env["workflow"].with_context(active_test=False).search([]).ids)
    env["workflow.instance"].search([("version_id", "=", False)]).unlink()
