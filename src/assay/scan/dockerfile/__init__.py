"""Dockerfiles: a reader of the language, and our own rules about what is built by them."""
