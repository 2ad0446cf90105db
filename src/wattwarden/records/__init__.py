"""The application store: people, findings, cases, audit; the only place that touches the ORM."""
