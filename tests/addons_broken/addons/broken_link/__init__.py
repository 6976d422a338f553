"""An addon that is wrong on purpose."""
