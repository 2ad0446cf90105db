"""Pages for staff: a module a page or a family of pages, each view one call into app."""
