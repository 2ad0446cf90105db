"""Wattwarden: finds, sizes, assigns and closes the risks of an electricity retail business."""
