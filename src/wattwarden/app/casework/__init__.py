"""Cases in the store: opening, acting, taking, visiting, verifying, telling; one module a verb."""
