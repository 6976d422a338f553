"""How many examples the tests of this folder try: few in every run, thousands in the profile `deep`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings


def effort(quick: int, steps: int = 50) -> settings:
    """Settings of a test that tries `quick` examples in a normal run, and as many as the profile says in a deep one.

    Args:
        steps: of a state machine, how many in one example.
    """
    deep = settings.get_current_profile_name() == "deep"
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    most = settings().max_examples if deep else quick
    return settings(max_examples=most, stateful_step_count=steps, suppress_health_check=checks)
