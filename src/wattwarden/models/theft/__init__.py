"""A score for theft from nothing but the billing history: no load curve, no visit."""
