"""`compare`: what training changed, question by question, against the hint as the ceiling."""
