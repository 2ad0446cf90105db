"""The only reader and writer of table storage: Delta tables, sources, quarantine."""
