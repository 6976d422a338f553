"""Settings of the test run; the fixtures come from core.testing.plugin, which pyproject.toml loads."""

import os

from hypothesis import settings

EXAMPLES = int(os.environ.get("GRIAL_HYPOTHESIS_EXAMPLES", "2500"))

# A busy machine must not turn a slow example into a failure. Continuous integration tries the same examples each time.
settings.register_profile("grial", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.register_profile("deep", settings.get_profile("grial"), max_examples=EXAMPLES, derandomize=False)
settings.load_profile(os.environ.get("GRIAL_HYPOTHESIS_PROFILE", "grial"))
