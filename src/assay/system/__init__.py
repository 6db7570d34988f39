"""The only code that touches the world: processes, files, environment, clock, database, network."""
