"""Names of entities: where a text has one, and the key entity of each question in both its languages."""
