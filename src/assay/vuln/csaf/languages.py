"""Language tags (RFC 5646): which of their parts are registered, as far as that is known here.

All two-letter languages and regions of the registry are known, so another one is wrong. Of the
thousands of three-letter languages, scripts and variants only those in use for advisories are;
about the others nobody here can tell.
"""

import re
from dataclasses import dataclass
from typing import Final

from assay.core.verdict import Verdict, all_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LANGUAGES: Final = _words("""
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da
    de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz
    ia id ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la
    lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj
    om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv
    sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    ast ceb cmn dsb fil gsw haw hsb mis mul nds und yue zxx
""")
_REGIONS: Final = _words("""
    AC AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ
    BR BS BT BU BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CP CQ CR CS CU CV CW CX CY CZ DD DE
    DG DJ DK DM DO DZ EA EC EE EG EH ER ES ET EU EZ FI FJ FK FM FO FR FX GA GB GD GE GF GG GH GI GL
    GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU IC ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE
    KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN
    MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NT NU NZ OM PA PE PF PG PH PK
    PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SU
    SV SX SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TP TR TT TV TW TZ UA UG UM UN US UY UZ VA VC VE
    VG VI VN VU WF WS YD YE YT YU ZA ZM ZR ZW 001 150 419
""")
_SCRIPTS: Final = _words("""
    Arab Armn Beng Cyrl Deva Ethi Geor Grek Gujr Guru Hang Hani Hans Hant Hebr Hira Jpan Kana Khmr
    Knda Kore Laoo Latn Mlym Mong Mymr Orya Sinh Taml Telu Thai Tibt
""")
_PRIVATE_LANGUAGE: Final = re.compile(r"q[a-t][a-z]\Z")
_PRIVATE_REGION: Final = re.compile(r"(?:AA|Q[M-Z]|X[A-Z]|ZZ)\Z")
_PRIVATE_SCRIPT: Final = re.compile(r"Qa(?:a[a-z]|b[a-x])\Z")
_WHOLE: Final = frozenset({"i-default", "i-mingo"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part of a tag: what is known of it, and whether it is for private use."""

    known: Verdict
    private: bool = False


def is_registered(tag: str) -> Verdict:
    """Tell whether all parts of a well-formed tag are registered, or for private use."""
    if tag.lower() in _WHOLE or tag[:2].lower() == "x-":
        return Verdict.PASSED
    return all_of(part.known for part in _parts(tag))


def is_private(tag: str) -> bool:
    """Tell whether a part of a well-formed tag is for private use."""
    if tag.lower() in _WHOLE:
        return False
    rest = re.split(r"(?:^|-)[xX]-", tag, maxsplit=1)
    return len(rest) > 1 or any(part.private for part in _parts(tag))


def _parts(tag: str) -> list[_Part]:
    """Return the parts before the first singleton: extensions have registries of their own."""
    subtags = re.split(r"-[A-Za-z0-9]-", tag, maxsplit=1)[0].split("-")
    return [_language(subtags[0].lower()), *(_later(subtag) for subtag in subtags[1:])]


def _language(subtag: str) -> _Part:
    private = _PRIVATE_LANGUAGE.match(subtag) is not None
    if private or subtag in _LANGUAGES:
        return _Part(known=Verdict.PASSED, private=private)
    return _Part(known=Verdict.FAILED if len(subtag) == 2 else Verdict.UNKNOWN)


def _later(subtag: str) -> _Part:
    if len(subtag) == 2:
        private = _PRIVATE_REGION.match(subtag.upper()) is not None
        known = private or subtag.upper() in _REGIONS
        return _Part(known=Verdict.PASSED if known else Verdict.FAILED, private=private)
    private = _PRIVATE_SCRIPT.match(subtag.title()) is not None
    known = private or subtag.title() in _SCRIPTS or subtag in _REGIONS
    return _Part(known=Verdict.PASSED if known else Verdict.UNKNOWN, private=private)
