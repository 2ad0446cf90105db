"""Learned scores: fitted on known outcomes, and always measured against a plain way of doing the same."""
