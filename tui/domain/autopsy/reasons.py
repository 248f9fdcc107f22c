"""FailureReason taken apart, and the class that it alone points to.

The service cuts it at 1,024 characters. Its forms are `AlgorithmError: ExecuteUserScriptError:` with ExitCode,
ErrorMessage and Command; `ClientError:`, `CapacityError:`, `InternalServerError:`; and free text.
"""

import re
from dataclasses import dataclass
from typing import Final

from tui.domain.autopsy import signatures
from tui.domain.autopsy.causes import Cause, Certainty, Verdict
from tui.domain.autopsy.lines import pieces
from tui.domain.autopsy.tracebacks import wraps

CUT_AT: Final = 1024
"""Where the service cuts it."""
_LONGEST: Final = 8_192
_SHOWN: Final = 300

_KIND: Final = re.compile(r"\s{0,8}([A-Z]\w{2,40}(?:Error|Exceeded|Exception)|Algorithm error):")
_EXIT: Final = re.compile(r"\b(?:ExitCode |exit code:? |exit_code )(-?\d{1,6})\b", re.IGNORECASE)
_MESSAGE: Final = 'ErrorMessage "'
_EXTRA: Final = 'ExtraInfo "'
_COMMAND: Final = 'Command "'
_TAGS: Final = re.compile(r"\[\d{1,4},\d{1,6}\] ?<std(?:err|out|diag)>:? ?")
_EXCEPTION: Final = re.compile(
    r"(?:[A-Za-z_]\w{0,60}\.){0,10}[A-Z]\w{0,80}(?:Error|Exception|Interrupt|Exit|Refused|Unavailable): ?\S"
)
_BOX: Final = re.compile("[╭╮╰╯│─━┃❱]{1,200}")
_FRAME: Final = re.compile(r':? {0,12}File "|Traceback \(most recent|Call stack:')


@dataclass(frozen=True, slots=True)
class Reason:
    """The parts of a FailureReason."""

    kind: str
    """`AlgorithmError`; empty for free text."""
    exit_code: int | None
    message: str
    """What it says once the command line is taken out."""
    telling: str
    """The one line of it that says most; empty where it names no error."""
    traceback: bool
    """Whether it holds frames of a traceback."""
    cut: bool
    """Whether the service cut it."""


def take_apart(text: str) -> Reason:
    """Read a FailureReason; total on any text."""
    cut = len(text) >= CUT_AT
    text = _TAGS.sub("", text[:_LONGEST])
    kind = _KIND.match(text)
    body = text[kind.end() :] if kind else text
    body = _without_command(body)
    code = _EXIT.search(body)
    message = _quoted(body, _MESSAGE)
    extra = _quoted(body, _EXTRA)
    if message is None:
        rest = _EXIT.sub("", body).replace("ExecuteUserScriptError:", "").strip(" \n,:")
    else:
        rest = f"{extra or ''}\n{message}".strip()
    return Reason(
        kind=kind[1].replace("Algorithm error", "AlgorithmError") if kind else "",
        exit_code=int(code[1]) if code else None,
        message=rest,
        telling=_telling(rest),
        traceback=bool(_FRAME.search(rest)) or "╭" in rest,
        cut=cut,
    )


def _without_command(body: str) -> str:
    """Take the command line out: hyperparameters are not errors."""
    start = body.find(_COMMAND)
    if start < 0:
        return body
    line_end = body.find("\n", start)
    end = len(body) if line_end < 0 else line_end
    quote = body.rfind('"', start + len(_COMMAND), end)
    return body[:start] + (body[quote + 1 :] if quote >= 0 else body[end:])


def _quoted(body: str, opening: str) -> str | None:
    start = body.find(opening)
    if start < 0:
        return None
    start += len(opening)
    # The quotes within are not escaped: the closing one is the last that ends a line.
    ends = [found for found in (body.find('"\nExtraInfo', start), body.find('"\nErrorMessage', start)) if found >= 0]
    whole = body[start : min(ends)] if ends else body[start:]
    end = whole.rfind('"')
    return whole[:end] if end >= 0 and not _EXIT.sub("", whole[end + 1 :]).strip(" \n,") else whole


def _telling(message: str) -> str:
    """Return the last exception it names, else the first line with words in it, on one line."""
    found = [line.strip() for _, piece in pieces(message) if (line := _BOX.sub(" ", piece).strip(" :")).strip()]
    exceptions = [line for line in found if _EXCEPTION.match(line)]
    if exceptions:
        # What torchrun raises when a rank died says nothing about why it died.
        own = [line for line in exceptions if not wraps(line)]
        return (own or exceptions)[-1][:_SHOWN]
    frames = [index for index, line in enumerate(found) if _FRAME.match(line)]
    plain = [line for line in found[: frames[0] if frames else None] if not _NOISE.match(line)]
    if plain:
        return plain[0][:_SHOWN]
    return f"traceback cut in {found[frames[-1]]}"[:_SHOWN] if frames else ""


_NOISE: Final = re.compile(
    r'Downloading: "|\d{1,3}%\||WARNING: You are using pip|You should consider upgrading|framework error:?$'
    r"|ExecuteUserScriptError|\S{1,20}, exit code"
)

# Read in this order on the whole reason; (class, pattern, what to try next).
_SAID: Final = (
    (
        Cause.CAPACITY,
        re.compile(r"ResourceLimitExceeded|account-level service limit|service quota", re.IGNORECASE),
        "Ask for a higher quota of this instance type for training job usage in Service Quotas, or use another type.",
    ),
    (
        Cause.CAPACITY,
        re.compile(r"requested ML compute capacity|InsufficientCapacity|[Ii]nsufficient capacity|CapacityError"),
        "Start it again later, in another region or subnet (availability zone), or with another instance type; "
        "InstancePreferences or a training plan wait for less.",
    ),
    (
        Cause.SPOT,
        re.compile(
            r"\bspot (?:instance|capacity)[^\n]{0,80}(?:interrupt|reclaim|terminat|unavailable)", re.IGNORECASE
        ),
        "Set CheckpointConfig so that it resumes, raise MaxWaitTimeInSeconds, or run it on demand.",
    ),
    (
        Cause.TIME_LIMIT,
        re.compile(
            r"MaxRuntimeInSeconds|MaxWaitTimeInSeconds|exceeded (?:the )?max(?:imum)? ?(?:run|wait)", re.IGNORECASE
        ),
        "Raise the limit in StoppingCondition, or resume from the last checkpoint.",
    ),
    (
        Cause.DATA,
        re.compile(
            r"route table[^\n]{0,80}S3|S3 VPC endpoint|unable to (?:mount|access) the file system", re.IGNORECASE
        ),
        "The hosts cannot reach the data: give the subnets a route to S3 (gateway endpoint or NAT) or to the file "
        "system, and let the security group out.",
    ),
    (Cause.PERMISSION, signatures.ACCESS_DENIED.pattern, signatures.ACCESS_DENIED.next_step),
    (
        Cause.CONTAINER,
        re.compile(
            r"CannotStartContainer|CannotPullContainer|ImagePull|exec format error|docker run <image>"
            r"|manifest unknown|[Ee]xecutable file not found"
            r"|\b[Ii]mage\b[^\n]{0,100}(?:not found|does not exist|not be pulled)"
            r"|unable to pull|[Ff]ailed to pull|not a valid (?:image|ECR)",
        ),
        "Check that the image and tag exist in this region's ECR, are built for the instance's architecture, and run "
        "with `docker run <image> train`.",
    ),
    (Cause.DISK, signatures.DISK_FULL.pattern, signatures.DISK_FULL.next_step),
    (Cause.DATA, signatures.DATA_MISSING.pattern, signatures.DATA_MISSING.next_step),
    (
        Cause.DATA,
        re.compile(
            r"[Uu]nable to read (?:input )?data|validate_data_f|[Ff]ailed to validate input data|[Ii]nput data"
            r"[^\n]{0,60}(?:empty|invalid|not valid|corrupt)|[Ll]abel must be"
            r"|[Nn]o training data|[Nn]o data (?:was )?found"
            r"|(?:Content|content) ?[Tt]ype[^\n]{0,60}not supported|[Bb]ad (?:data|input) (?:format|record)"
        ),
        "Open one object of each channel and compare it with what the algorithm reads: content type, columns, label "
        "position, empty files.",
    ),
    (
        Cause.SERVICE,
        re.compile(r"\bInternalServerError\b|encountered an internal error|InternalFailure|ServiceUnavailable"),
        "Start it again; set RetryStrategy.MaximumRetryAttempts so that it retries by itself, and open a support "
        "case with the job's ARN if it repeats.",
    ),
)
_KILLED: Final = 137
_CRASHED: Final = frozenset({134, 135, 136, 139, -6, -7, -8, -11})
_NOT_RUN: Final = frozenset({126, 127})

READ_THE_LOG: Final = (
    "Read the end of every host's log (e jumps to the last error); the reason itself names no error."
)
READ_THE_TRACEBACK: Final = "Open the log at the traceback (e), start with the last frame below /opt/ml/code."


def judge(text: str) -> Verdict:
    """Return the class of a FailureReason by itself; unknown stays unknown."""
    reason = take_apart(text)
    if not text.strip():
        return Verdict(Cause.UNKNOWN, Certainty.NONE, READ_THE_LOG)
    if "RuleEvaluationConditionMet" in reason.message:
        return Verdict(
            Cause.UNKNOWN,
            Certainty.NONE,
            "This is the verdict of a Debugger rule, not a failure of training: see the rule in the Rules pane.",
        )
    said = f"{reason.kind}: {reason.message}"
    # An exception of the script may quote anything: what the service says of itself is not an AlgorithmError.
    ours = reason.kind != "AlgorithmError"
    for cause, pattern, step in _SAID:
        if (ours or cause not in _OF_THE_SERVICE) and pattern.search(said):
            return Verdict(cause, Certainty.CERTAIN if ours else Certainty.LIKELY, step)
    for _, piece in pieces(reason.message):
        known = signatures.signature_of(piece.strip(" :"))
        if known is not None:
            return Verdict(known.cause, Certainty.CERTAIN if ours else Certainty.LIKELY, known.next_step)
    return _by_code(reason)


_OF_THE_SERVICE: Final = frozenset({Cause.CAPACITY, Cause.SPOT, Cause.TIME_LIMIT, Cause.SERVICE, Cause.CONTAINER})


def _by_code(reason: Reason) -> Verdict:
    if reason.exit_code == _KILLED or reason.exit_code == -9:
        return Verdict(Cause.OUT_OF_MEMORY, Certainty.POSSIBLE, signatures.HOST_OOM.next_step)
    if reason.exit_code in _NOT_RUN:
        return Verdict(
            Cause.CONTAINER,
            Certainty.LIKELY,
            "The entry point could not be run: check that it is in the image or source_dir, executable, and that its "
            "interpreter (first line) exists.",
        )
    named = (reason.traceback or bool(_EXCEPTION.match(reason.telling))) and not wraps(reason.telling)
    if named and reason.kind in ("AlgorithmError", ""):
        return Verdict(Cause.USER_CODE, Certainty.LIKELY, READ_THE_TRACEBACK)
    if reason.exit_code in _CRASHED:
        return Verdict(Cause.USER_CODE, Certainty.LIKELY, signatures.CRASH.next_step)
    if reason.kind == "AlgorithmError":
        return Verdict(Cause.USER_CODE, Certainty.POSSIBLE, READ_THE_LOG)
    if reason.kind == "ClientError" and re.search(r"hyper-?parameter", reason.message, re.IGNORECASE):
        return Verdict(Cause.USER_CODE, Certainty.LIKELY, "Correct the hyperparameter that the reason names.")
    return Verdict(Cause.UNKNOWN, Certainty.NONE, READ_THE_LOG)
