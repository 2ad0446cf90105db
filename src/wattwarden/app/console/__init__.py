"""What the console's pages ask for: one module a page or action, each takes the viewer it answers."""
