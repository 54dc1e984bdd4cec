"""Build the questions table from a data set."""
