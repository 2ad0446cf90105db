"""Pages of casework: a module a family of pages, each view one call into app."""
