"""Which components a product is made of."""
