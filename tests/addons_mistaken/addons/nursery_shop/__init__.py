"""A shop whose Python cannot be read: what is found in it stops everything else of the addon."""
