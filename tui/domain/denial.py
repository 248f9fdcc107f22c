"""What AWS says when it does not allow a call: which action, on what, and which policy stands in the way."""

import re
from dataclasses import dataclass
from typing import Final

_ACTION: Final = re.compile(r"not authorized to perform:? ([a-z0-9-]{1,40}:[A-Za-z0-9]{1,80})(?![\w*:-])")
_RESOURCE: Final = re.compile(r" on resource:? \"?(arn:[a-z-]{1,20}:[^\s\"]{1,1000})")
_LACKING: Final = re.compile(r" because no ([a-zA-Z -]{1,40}?)(?: policy)? allows ")
_EXPLICIT: Final = re.compile(
    r"\bexplicit(?:ly)? den(?:y|ied)\b(?: in (?:an?|the) ([a-zA-Z -]{1,40}?(?:policy|boundary)))?"
)
_OWN: Final = frozenset({"", "identity-based"})
"""The policies of the role or user itself: what a statement can be added to."""


@dataclass(frozen=True, slots=True)
class Denial:
    """One refusal. Only where no policy of the role itself allows the action does a statement alone heal it."""

    action: str
    """The IAM action, `sagemaker:Search`; it may be another service's, `kms:Decrypt`."""
    resource: str = ""
    """The ARN that was asked for, where the message tells it."""
    policy: str = ""
    """The kind of policy in the way, `service control`; empty where the message does not tell."""
    explicit: bool = False
    """Whether a Deny statement says so: no Allow anywhere outweighs it."""

    @property
    def statement_heals(self) -> bool:
        """Whether a statement in the policy of the role is all that is missing, as far as the message tells."""
        return not self.explicit and self.policy in _OWN

    @property
    def cure(self) -> str:
        """What to do about it, one line."""
        if self.explicit:
            where = f" in {_article(self.policy)}" if self.policy else ""
            return f"{self.action} is denied explicitly{where}: no added statement heals that, ask who owns the Deny"
        if self.statement_heals:
            return f"ask for {self.action}"
        return f"ask for {self.action} in the {_named(self.policy)}: a statement of the role's own is not enough"


def denial(action: str, message: str) -> Denial:
    """Return what a refusal's message tells; `action` is the operation's own, for messages that name none."""
    found = _ACTION.search(message)
    resource = _RESOURCE.search(message)
    explicit, lacking = _EXPLICIT.search(message), _LACKING.search(message)
    policy = (explicit[1] if explicit else lacking[1] if lacking else None) or ""
    return Denial(
        found[1] if found else action,
        resource[1].rstrip(".,;") if resource else "",
        policy.strip().removesuffix(" policy").strip().lower().replace("vpc", "VPC"),
        explicit is not None,
    )


def _named(policy: str) -> str:
    return policy if policy.endswith("boundary") else f"{policy} policy"


def _article(policy: str) -> str:
    return f"{'an' if policy[:1] in 'aeiou' else 'a'} {_named(policy)}"
