"""Turn results made elsewhere into observations."""
