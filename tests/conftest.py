"""Settings of the test run; the fixtures come from core.testing.plugin, which pyproject.toml loads."""

from hypothesis import settings

# A busy machine must not turn a slow example into a failure.
settings.register_profile("grial", deadline=None, print_blob=True)
settings.load_profile("grial")
