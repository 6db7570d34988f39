"""What a repository says about itself, read from Git objects; nothing of its own is run."""
