"""Tests of reachability."""
