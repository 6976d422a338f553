"""The models of claim_demo; every file here is imported."""
