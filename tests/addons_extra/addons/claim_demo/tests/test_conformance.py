"""What every addon is tested for, of claim_demo."""

from core.testing.conformance import Conformance


class TestConformance(Conformance): ...
