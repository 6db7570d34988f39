"""What package managers leave behind where they install something."""
