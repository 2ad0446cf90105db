"""Schema of the store, one file a step."""
