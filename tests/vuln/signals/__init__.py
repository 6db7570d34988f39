"""Tests of the signals of exploitation."""
