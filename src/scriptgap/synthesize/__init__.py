"""`synthesize`: samples that teach a model to find a name it knows in a script it does not know it in."""
