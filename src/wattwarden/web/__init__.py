"""The browser side: one Django project; a view translates and makes one call into app."""
