"""VEX: what somebody says about one vulnerability in one product, in the formats that carry it."""
