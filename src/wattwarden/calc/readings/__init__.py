"""Readings one can trust: what is wrong with them, and what stands in their place."""
