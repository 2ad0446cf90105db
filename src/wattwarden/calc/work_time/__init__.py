"""Time limits in working days, office hours, calendar days and clock hours."""
