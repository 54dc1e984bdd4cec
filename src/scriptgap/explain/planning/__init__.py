"""How large a script effect a study finds, before it is done."""
