"""The rule workbench: from draft to rule in force, checked, tried on history, approved by a second person."""
