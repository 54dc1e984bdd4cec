"""The groups of commands: thin, each parses and calls its verb."""
