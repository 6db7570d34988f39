"""What we write, read by other implementations."""
