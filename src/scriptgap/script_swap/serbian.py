"""Serbian and Bosnian in Cyrillic and in Latin letters: Vuk's and Gaj's alphabets, of 30 letters each.

Both are official alphabets of one language: Pravopis srpskoga jezika (Matica srpska, 2010), rules 1 to 3, and
the law on the official use of language and scripts of Serbia (1991, as amended) and of Bosnia's entities.
Libraries exist but spell ``ЉУБАВ`` as ``LjUBAV`` or leave what stands in quotation marks.
"""

from scriptgap.script_swap.spelling import Spelling, reversed_rules

LETTERS = {
    **dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)),
    **{"љ": "lj", "њ": "nj", "џ": "dž"},
}
_TWO_LETTERS = {
    # Prefix and stem, or borrowed stem, that meet in two letters which elsewhere are one.
    "(?<=^i)nj(?=ek)": "нј",
    "(?<=^ko)nj(?=u[gkn])": "нј",
    "(?<=^va)nj(?=ezi)": "нј",
    "(?<=^ta)nj(?=ug)": "нј",
    "(?<=^(?:pre|i)?na)dž(?=[inu]v|nj|up)": "дж",
    "(?<=^(?:o|po))dž(?=iv|al|anr)": "дж",
}

to_latin = Spelling(LETTERS)
to_cyrillic = Spelling({**_TWO_LETTERS, **reversed_rules(LETTERS)})
