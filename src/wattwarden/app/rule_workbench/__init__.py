"""The rule workbench: from a draft to a rule in force, checked, tried on history, approved by a second person."""
