"""Whether a value can be a secret at all: placeholders, references, entropy, guessable words."""

import itertools
import math
from collections import Counter
from typing import Final

import re2

LONG: Final = 200  # characters; a word inside a longer value says nothing about it

_PLACEHOLDER: Final = re2.compile(
    r"(?i)example|placeholder|change[_\-]?(?:me|it|this)|replace[_\-]?(?:me|with|this)|"
    r"(?:^|[_\-/.])(?:your|my|the|some|this|insert|enter|put|add)[_\-](?:[a-z]+[_\-])*"
    r"(?:secret|token|key|pass(?:word)?|id|api|value|here)|your(?:secret|token|key|pass|api)|"
    r"xxxx|\*\*\*|\.\.\.|redacted|dummy|sanitized|not[_\-]?(?:a[_\-]?)?real|"
    r"(?:fake|mock|test|demo|sample)[_\-]?(?:[a-z]{2,9}[_\-]?)?(?:secret|token|key|password)|"
    r"^my_?(?:super_?)?(?:secret|token|key|api_?key)[0-9!]*$|"
    r"(?:secret|token|key|password)[_\-](?:here|goes)|^(?:none|null|nil|true|false|undefined|todo|"
    r"required|optional|string|disabled|enabled|empty|unset)$"
)
_REFERENCE: Final = re2.compile(
    r"^[$%<{\[(@&]|[$#%][({]|\{\{|<%|%>|^%[A-Za-z_]+%$|%\([a-z_]+\)s|%[sdv]$|"
    r"(?i:\b(?:process\.env|os\.environ|getenv|env\.|environ\b|secrets?\.|vault\(|vars\.|var\.|"
    r"config\.|settings\.|self\.|this\.|params\.|request\.|args\.|options\.|local\.|module\.|"
    r"data\.|System\.|context\.|arn:aws))|^[A-Za-z]\w*=[^=]|^[a-z]+://|^[a-z]+[0-9]{0,3}(?:[_.\-][a-z]*[0-9]{0,4}){2,}$|"
    r"\w\(\)?$|\w\([\w\"']|^(?:/|\./|~/)?(?:[a-z_\-]+/){2,}[\w.\-]*$"
)
_GUESSABLE: Final = frozenset(
    (
        *("admin", "administrator", "changeit", "demo", "foobar", "guest", "hunter", "letmein"),
        *("login", "master", "mysql", "oracle", "passw0rd", "password", "postgres", "qwerty"),
        *("root", "sample", "secret", "test", "testing", "user", "welcome", "wordpress", "pass"),
        *("pwd", "foo", "bar", "baz", "abc", "abcd", "abcdef", "default", "centos", "ubuntu"),
        *("vagrant", "raspberry", "redis", "rabbitmq", "mongo", "mongodb", "elastic", "minio"),
        *("username", "name", "minioadmin", "grafana", "docker", "public", "private", ""),
    )
)
_WORD: Final = re2.compile("[A-Z]?[a-z]+|[A-Z]+")
_NUMBER: Final = re2.compile("[0-9]+")
_JOINT: Final = re2.compile("[a-z0-9][A-Z][a-z]|[A-Za-z0-9][_.-][A-Za-z]")  # between words
_UNSPEAKABLE: Final = re2.compile("(?i:[bcdfghjklmnpqrstvwxz]{7})|[a-z]{30}|[A-Z]{30}")
_SEQUENCE: Final = 0.7  # of the steps; in random digits of base 16, an eighth of them
_MIN_STEPS: Final = 7
_WRAPS: Final = frozenset(("90", "9a", "09", "zA", "Za", "z0", "Z0", "f0", "F0", "9A"))
_MEAN_WORD: Final = 3.5  # characters of a piece, over the whole value
_SHORT: Final = 8  # characters; a shorter password is guessed whatever it holds


def is_placeholder(value: bytes) -> bool:
    """Tell whether a value only stands for one: `your-token`, `xxxx`, one long run."""
    if b"EXAMPLE" in value:
        return True
    if len(value) > LONG:
        return False
    if _PLACEHOLDER.search(value.decode("latin-1")):
        return True
    return any(bytes((c,)) * max(6, len(value) // 3) in value for c in set(value))


def is_sequence(value: bytes) -> bool:
    """Tell whether a value counts up or down: `0123456789abcdef`, `12345678-1234`, `a1b2c3d4e5`.

    Of two neighbours one follows the other, or so it is with every second character.
    """
    if len(value) > LONG:
        return False
    text = "".join(filter(str.isalnum, value.decode("latin-1")))
    return _counts(text) or (_counts(text[::2]) and _counts(text[1::2]))


def _counts(text: str) -> bool:
    steps = sum(
        abs(ord(first) - ord(second)) == 1 or first + second in _WRAPS
        for first, second in itertools.pairwise(text)
    )
    return steps >= _MIN_STEPS and steps >= _SEQUENCE * (len(text) - 1)


def is_reference(value: bytes) -> bool:
    """Tell whether a value is code or a name: `${TOKEN}`, `os.environ["X"]`, `get()`, a path."""
    return len(value) <= LONG and bool(_REFERENCE.search(value.decode("latin-1")))


def is_identifier(value: bytes) -> bool:
    """Tell whether a value is made of words, as `JsonConfigSource` and `a.SecretKeyV2` are.

    In random letters and digits the pieces between changes of kind are one or two characters long.
    """
    text = value.decode("latin-1")
    path, _, last = text.rpartition(".")
    if path.isidentifier() and last.isidentifier() and _is_made_of_words(last):
        return True  # `x448.X448PrivateKey`
    return _is_made_of_words(text)


def _is_made_of_words(text: str) -> bool:
    words, numbers = _WORD.findall(text), _NUMBER.findall(text)
    if not _JOINT.search(text) or _UNSPEAKABLE.search(text) or len(numbers) > len(words):
        return False
    length = sum(map(len, words)) + sum(map(len, numbers))
    return length >= _MEAN_WORD * (len(words) + len(numbers))


def is_guessable(value: bytes) -> bool:
    """Tell whether a password is one that anybody would try."""
    user, colon, rest = value.partition(b":")
    if colon and user.decode("latin-1").lower() in _GUESSABLE:
        return is_guessable(rest)
    text = value.decode("latin-1").lower()
    return (
        len(text) < _SHORT
        or is_sequence(value)
        or text.strip("0123456789!@#$.-_*?") in _GUESSABLE
        or (text.replace("_", "").replace("-", "").isalpha() and len(text) < 2 * _SHORT)
        or not any(c.isalnum() for c in text)
    )


def entropy_of(value: bytes) -> float:
    """Return the Shannon entropy of a value in bits per byte, from its own frequencies."""
    length = len(value)
    return -sum(n / length * math.log2(n / length) for n in Counter(value).values())


def has_digits(value: bytes) -> bool:
    """Tell whether there are digits and letters in a value: words alone are seldom secrets."""
    text = value.decode("latin-1")
    return any(c.isdigit() for c in text) and any(c.isalpha() for c in text)


def is_mixed(value: bytes) -> bool:
    """Tell whether there are small and capital letters and digits in a value."""
    text = value.decode("latin-1")
    return has_digits(value) and any(c.islower() for c in text) and any(c.isupper() for c in text)
