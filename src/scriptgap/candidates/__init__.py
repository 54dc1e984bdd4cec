"""Transliteration candidates: which source spellings a name in another script may stand for."""
