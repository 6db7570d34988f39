"""Tests of the vuln package."""
