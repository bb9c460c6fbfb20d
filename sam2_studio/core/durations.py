"""How a length of time is written for people: the same in the window and on the command line."""


def clock(seconds: float) -> str:
    """`0:13`, `12:05`, `1:02:03`."""
    whole = max(0, round(seconds))
    minutes = f"{whole // 60 % 60:02d}" if whole >= 3600 else str(whole // 60)
    hours = f"{whole // 3600}:" if whole >= 3600 else ""
    return f"{hours}{minutes}:{whole % 60:02d}"
