"""What tests ask and tell the server. In memory: one process serves them all, and each test begins with a new state."""

import threading
import time
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Set

# Seconds after which a held answer is let go: a test that has failed releases nothing.
LONGEST_HOLD = 30


@dataclass
class Fault:
    """What the token endpoint answers instead."""

    kind: str
    # Counted from the first request that meets it; for ever without.
    seconds: Optional[float] = None
    until: Optional[float] = None

    def meets(self) -> bool:
        if self.seconds is not None and self.until is None:
            self.until = time.monotonic() + self.seconds
        return self.until is None or time.monotonic() < self.until


@dataclass
class Gate:
    """One refresh stands still, before the view or behind it."""

    where: str
    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def stand(self) -> None:
        self.released.wait(LONGEST_HOLD)


@dataclass
class State:
    log: List[dict] = field(default_factory=list)
    # The ids of the access tokens that are good. An answer that isn't out yet has its token here already.
    good: Set[str] = field(default_factory=set)
    # SimpleJWT's refresh tokens know no session: here each one's id leads to the first one's of its chain.
    chains: Dict[str, str] = field(default_factory=dict)
    # The newest refresh token of each chain.
    newest: Dict[str, str] = field(default_factory=dict)
    # The refresh tokens that were sent as cookies: the overlap sends one again.
    cookies: Set[str] = field(default_factory=set)
    fault: Optional[Fault] = None
    gate: Optional[Gate] = None
    refreshing: int = 0
    overlapping: int = 0


lock = threading.RLock()
state = State()


def reset() -> None:
    global state
    with lock:
        if state.gate:
            state.gate.released.set()
        state = State()


def current() -> State:
    return state
