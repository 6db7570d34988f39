"""Which of several images is meant: by its name, its digest, its platform. Nothing is guessed."""

from collections.abc import Iterable

from assay.core.errors import UsageError
from assay.core.printable import printable
from assay.sbom.images.documents import Descriptor


def choose_named(found: Iterable[Descriptor], reference: str) -> Descriptor:
    """Return the one with this name or digest; without either, the only one that there is.

    Raises:
        UsageError: There is none, or there are several.
    """
    every = tuple(found)
    if reference:
        chosen = tuple(item for item in every if reference in {item.ref_name, item.digest})
    else:
        chosen = every
    if len({item.digest for item in chosen}) == 1:
        return chosen[0]
    names = sorted({printable(item.ref_name or item.digest) for item in every})
    raise UsageError(
        f"{len(chosen)} images {'of this name' if reference else 'and no name'}",
        where=printable(reference),
        hint=f"there are: {', '.join(names) or 'none'}",
    )


def choose_platform(found: Iterable[Descriptor], platform: str) -> Descriptor:
    """Return the image for `platform` (`linux/amd64`); where that is empty, the only one.

    Raises:
        UsageError: There is none, or there are several.
    """
    every = tuple(found)
    chosen = tuple(item for item in every if not platform or _fits(item.platform, platform))
    if len({item.digest for item in chosen}) == 1:
        return chosen[0]
    names = sorted({item.platform for item in every if item.platform})
    raise UsageError(
        f"{len(chosen)} images {f'for {platform!r}' if platform else 'for several platforms'}",
        hint=f"name one with --platform: {', '.join(names) or 'none is named'}",
    )


def _fits(offered: str, asked: str) -> bool:
    return offered == asked or offered.startswith(f"{asked}/")
