"""Remediation: the smallest safe upgrades of what a lock file pins, as a plan and as a patch."""
