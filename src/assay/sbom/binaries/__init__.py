"""What compilers write into the programs that they make about their dependencies."""
