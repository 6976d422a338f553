"""How many examples the tests of this folder try: few in every run, thousands in the profile `deep`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings


def effort(quick: int, steps: int = 50) -> settings:
    """Settings of a test that tries `quick` examples in a normal run, and what the profile says in a deep one.

    Args:
        steps: of a state machine, how many in one example.
    """
    deep = settings.get_current_profile_name() == "deep"
    return settings(
        max_examples=int(os.environ.get("EX", 0)) or (settings().max_examples if deep else quick),
        stateful_step_count=steps,
        phases=[Phase.explicit, Phase.reuse, Phase.generate] + ([Phase.shrink] if "SHRINK" in os.environ else []),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example,
                               HealthCheck.filter_too_much],
    )  # fmt: skip
