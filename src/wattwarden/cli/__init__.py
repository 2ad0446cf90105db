"""Command line: translate arguments, then one call into app/."""
