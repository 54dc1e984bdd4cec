"""Azerbaijani in Latin letters and in the Cyrillic letters in use until 1991: 32 letters, one for one.

Sources: law of the Republic of Azerbaijan on the restoration of the Latin alphabet (25 December 1991, with
the letter ə of 1992); the Cyrillic alphabet as last amended in 1958.
"""

from scriptgap.script_swap.spelling import Spelling, reversed_rules

LETTERS = dict(zip("аәбвгғдежзиыјкҝлмноөпрстуүфхһчҹш", "aəbvqğdejziıykglmnoöprstuüfxhçcş", strict=True))

to_latin = Spelling(LETTERS, capitals={"i": "İ", "ı": "I"})
to_cyrillic = Spelling(reversed_rules(LETTERS), capitals={"i": "İ", "ı": "I"})
