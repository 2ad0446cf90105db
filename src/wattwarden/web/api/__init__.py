"""The programming interface: a module a resource, each operation one call into app, as the pages make it."""
