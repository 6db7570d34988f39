"""Secrets in the whole history, the commit messages and the working tree of a repository."""
