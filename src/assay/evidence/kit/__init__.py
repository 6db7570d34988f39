"""The auditor's kit: one file with all that is needed to check a subject's evidence."""
