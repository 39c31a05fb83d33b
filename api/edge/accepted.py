"""Which kind of answer an Accept header asks for (RFC 9110, 12.5.1)."""

from fastapi import Request


def prefers(request: Request, kind: str, *others: str) -> bool:
    """Whether it has this kind of media before all of the others; where another is as good, it has not."""
    said = ",".join(request.headers.getlist("accept"))
    weights = dict(map(_weighed, said.split(",")))

    def weight(kind: str) -> float:
        ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
        return next((weights[name] for name in ranges if name in weights), 0.0)

    return weight(kind) > max(map(weight, others))


def _weighed(part: str) -> tuple[str, float]:
    """``application/json;q=0.5`` as (kind, weight); a weight that cannot be read counts as none given."""
    kind, *parameters = (text.strip().lower() for text in part.split(";"))
    given = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return kind, float(given)
    except ValueError:
        return kind, 1.0
