"""Run SQL and derived tables over lake tables."""
