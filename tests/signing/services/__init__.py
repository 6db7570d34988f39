"""Tests of keys that are elsewhere."""
