"""What is opened for a block, and closed at its end."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """Something with a `close`, for use in a `with` statement."""

    __slots__ = ()

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held; doing it again changes nothing."""

    def __enter__(self) -> Self:
        """Return this, to be closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close this."""
        self.close()
