"""Readers: every source becomes parts, each a Parquet file of raw values with its line numbers."""
