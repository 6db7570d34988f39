"""One file for each thing that a user can ask for; where domains meet, and recording happens."""
