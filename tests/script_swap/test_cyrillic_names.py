import pytest

from scriptgap.script_swap import cyrillic_names as names


@pytest.mark.parametrize(
    ("russian", "latin"),
    [
        ("Юрий Алексеевич Гагарин", "Yuriy Alekseyevich Gagarin"),
        ("Ельцин", "Yel’tsin"),
        ("Щукин Хрущёв", "Shchukin Khrushchëv"),
        ("Подъячев", "Pod”yachev"),
        ("Нижний Новгород", "Nizhniy Novgorod"),
        ("ЖУКОВ", "ZHUKOV"),
        ("Эйзенштейн", "Eyzenshteyn"),
        ("Семёновская Ёлка", "Semënovskaya Yëlka"),
        ("Рыбинск", "Rybinsk"),
        ("Казань", "Kazan’"),
    ],
)
def test_russian(russian, latin):
    assert names.russian_to_latin(russian) == latin
    assert names.russian_to_cyrillic(latin) == russian


def test_russian_loses_e_after_consonants():
    assert names.russian_to_cyrillic(names.russian_to_latin("Мэри")) == "Мери"


@pytest.mark.parametrize(
    ("ukrainian", "latin"),
    [
        # Examples of resolution 55 itself.
        ("Алушта", "Alushta"),
        ("Згорани", "Zghorany"),
        ("Єнакієве", "Yenakiieve"),
        ("Гоща", "Hoshcha"),
        ("Їжакевич", "Yizhakevych"),
        ("Йосипівка", "Yosypivka"),
        ("Яготин", "Yahotyn"),
        ("Знам’янка", "Znamianka"),
    ],
)
def test_ukrainian_names(ukrainian, latin):
    assert names.ukrainian_name_to_latin(ukrainian) == latin


def test_ukrainian_texts_come_back():
    text = "Яка столиця Греції? Щасливий їжак, м’ята, об’єкт"
    spelled = names.ukrainian_to_latin(text)
    assert spelled.isascii() is False
    assert names.ukrainian_to_cyrillic(spelled) == text


@pytest.mark.parametrize(
    ("bulgarian", "latin"),
    [
        ("София", "Sofia"),
        ("Българово", "Balgarovo"),
        ("Търново", "Tarnovo"),
        ("Щъркелово", "Shtarkelovo"),
        ("Айтос", "Aytos"),
        ("Юндола Ямбол", "Yundola Yambol"),
        ("Синьо", "Sinyo"),
    ],
)
def test_bulgarian(bulgarian, latin):
    assert names.bulgarian_to_latin(bulgarian) == latin


@pytest.mark.parametrize(
    ("macedonian", "latin"),
    [("Скопје", "Skopje"), ("Ѓорче Петров", "Gjorče Petrov"), ("Ќосе", "Kjose"), ("Љубојно", "Ljubojno")],
)
def test_macedonian(macedonian, latin):
    assert names.macedonian_to_latin(macedonian) == latin
    assert names.macedonian_to_cyrillic(latin) == macedonian
