"""Container images: their descriptions, their layers, and the registry that they come from."""
