"""Ask a model the questions of a table under several conditions, by way of Inspect."""
