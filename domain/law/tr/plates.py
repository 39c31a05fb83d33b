"""The number plates of Türkiye, by their forms; whose a plate is stands in the register."""

from typing import Final

from domain.country import Source
from domain.plates import PlateForm

_FORMS: Final = Source("Karayolları Trafik Yönetmeliği: plates", "plates-tr", confirmed=True)
_LETTERS: Final = Source("Letters with a meaning of their own", "tr-letters", confirmed=True)
_TEMPORARY: Final = Source("Karayolları Trafik Yönetmeliği, article 45", "tr-45", confirmed=True)

_PROVINCE: Final = r"(0[1-9]|[1-7]\d|8[01])"
_ANY: Final = "[A-PR-VYZ]"  # no Q, W, X


PLATES: Final = (  # the first that fits says the kind
    PlateForm("police", rf"{_PROVINCE}(A\d{{4,5}}|AA\d{{3,4}})", _LETTERS),
    PlateForm("diplomats", rf"{_PROVINCE}(B\d{{4,5}}|C[A-PR-VYZ]\d{{3,4}})", _LETTERS),
    PlateForm("foreigners", rf"{_PROVINCE}M[A-PR-VYZ]\d{{3,4}}", _LETTERS),
    PlateForm("temporary", rf"{_PROVINCE}[GT]\d{{4,5}}", _TEMPORARY),
    PlateForm("ordinary", rf"{_PROVINCE}({_ANY}\d{{4,5}}|{_ANY}{{2}}\d{{3,4}}|{_ANY}{{3}}\d{{2,3}})", _FORMS),
)
