import pytest

from scriptgap.script_swap import other_names


@pytest.mark.parametrize(
    ("greek", "latin"),
    [
        ("Αθήνα", "Athina"),
        ("Ευρώπη", "Evropi"),
        ("Ελευθέριος Βενιζέλος", "Eleftherios Venizelos"),
        ("Παύλος", "Pavlos"),
        ("ΟΥΡΑΝΟΣ", "OURANOS"),
        ("Άγγελος", "Angelos"),
        ("Μπάμπης", "Bampis"),
        ("Χανιά", "Chania"),
        ("Ψυχικό", "Psychiko"),
        ("προϊόν", "proion"),
        ("Ξένια", "Xenia"),
        ("αυτί", "afti"),
    ],
)
def test_greek(greek, latin):
    assert other_names.greek_to_latin(greek) == latin


@pytest.mark.parametrize(
    ("georgian", "latin"),
    [
        ("თბილისი", "tbilisi"),
        ("საქართველო", "sakartvelo"),
        ("ჭავჭავაძე", "ch’avch’avadze"),
        ("ყაზბეგი", "q’azbegi"),
        ("ქუთაისი", "kutaisi"),
        ("წყალტუბო", "ts’q’alt’ubo"),
    ],
)
def test_georgian(georgian, latin):
    assert other_names.georgian_to_latin(georgian) == latin
    assert other_names.latin_to_georgian(latin) == georgian
    assert other_names.latin_to_georgian(latin.capitalize()) == georgian


@pytest.mark.parametrize(
    ("korean", "latin"),
    [
        # Examples of the proclamation of 2000.
        ("왕십리", "wangsimni"),
        ("별내", "byeollae"),
        ("신라", "silla"),
        ("백마", "baengma"),
        ("종로", "jongno"),
        ("구미", "gumi"),
        ("압구정", "apgujeong"),
        ("묵호", "mukho"),
        ("대관령", "daegwallyeong"),
        ("독도", "dokdo"),
    ],
)
def test_korean(korean, latin):
    assert other_names.korean_to_latin(korean) == latin
