"""What a load process is asked to do, and what it answers."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Job:
    """`redis_url` empty: the server is the bare app, which makes its own rounds.

    `next_port` is of the last web process of the run, at the same Redis: the same one where there is one.
    """

    kind: str
    port: int
    server_pid: int
    redis_url: str
    sku: str
    sockets: int
    seconds: float
    next_port: int = 0
    next_pid: int = 0
    database_url: str = ""
    frame_bytes: int = 250
    staff: str = ""  # a token
    buyers: list[dict[str, str]] = field(default_factory=list)  # token, cart, user, address


@dataclass(frozen=True)
class Result:
    """`figures` by name; faults are those of all sockets of the run. `load_cpu` is a share of one core."""

    kind: str
    figures: dict[str, float]
    faults: dict[str, int]
    load_cpu: float
