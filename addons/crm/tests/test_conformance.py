"""What every addon is tested for, of crm."""

from core.testing.conformance import Conformance


class TestConformance(Conformance):
    unwritten = {"crm.lead.stage.history": "it is written by the moves of leads alone, and never altered"}
