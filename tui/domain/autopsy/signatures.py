"""Errors that a line of text gives away, with the class they belong to and what to try next.

The patterns run in linear time: every repetition is bounded. They are read on one line at a time, without the prefix
of a launcher (`tui.domain.autopsy.lines`), so that `^` is where the program itself began to write.
"""

import re
from dataclasses import dataclass
from typing import Final

from tui.domain.autopsy.causes import Cause


@dataclass(frozen=True, slots=True)
class Signature:
    """One known error."""

    title: str
    cause: Cause
    pattern: re.Pattern[str]
    next_step: str
    fatal: bool = True
    """Whether a job that logs it rarely goes on; programs catch the others, and try something else."""


def _is(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


CUDA_OOM: Final = Signature(
    "CUDA out of memory",
    Cause.OUT_OF_MEMORY,
    _is(
        r"CUDA out of memory\. Tried to allocate|Error: CUDA out of memory|CUDA error: out of memory"
        r"|CUDA_ERROR_OUT_OF_MEMORY|^torch\.(?:cuda\.)?OutOfMemoryError\b|CUBLAS_STATUS_ALLOC_FAILED"
        r"|cudaErrorMemoryAllocation|cudaMalloc failed: out of memory|OOM when allocating tensor"
        r"|RESOURCE_EXHAUSTED: Out of memory|HIP out of memory\. Tried|Failed to allocate [^\n]{1,60} on device"
    ),
    "Halve the batch size per device (with gradient accumulation it trains alike), or use mixed precision, gradient "
    "checkpointing or an instance with more memory per GPU.",
)
HOST_OOM: Final = Signature(
    "host out of memory",
    Cause.OUT_OF_MEMORY,
    _is(
        r"^Killed$|Out of memory: Kill(?:ed)? process|\boom-kill|\bOutOfMemory: Process killed|killed by SIGKILL"
        r"|is killed by signal: Killed|^(?:[\w.]{1,60}\.)?(?:_ArrayMemory|Memory)Error(?::|$)"
        r"|OSError: \[Errno 12\]|Cannot allocate memory$|std::bad_alloc|java\.lang\.OutOfMemoryError"
        r"|\bexit ?code {0,4}: {0,4}-9\b|ray\.exceptions\.OutOfMemoryError"
        r"|[Pp]lease use an instance type with more memory|insufficient shared memory \(shm\)"
    ),
    "The host ran out of main memory: lower num_workers and prefetching, stream the data (FastFile) instead of "
    "loading it, or take an instance with more memory.",
)
DISK_FULL: Final = Signature(
    "disk full",
    Cause.DISK,
    _is(r"No space left on device|[Ii]nsufficient disk space|[Dd]isk quota exceeded|\bENOSPC\b"),
    "Raise ResourceConfig.VolumeSizeInGB, keep fewer checkpoints, or read the data with FastFile instead of File.",
)
NCCL: Final = Signature(
    "NCCL failure",
    Cause.USER_CODE,
    _is(
        r"Watchdog caught collective operation timeout|\bncclSystemError\b|\bncclInternalError\b|\bncclRemoteError\b"
        r"|\bncclUnhandledCudaError\b|NCCL error in|NCCL communicator was aborted"
        r"|NCCL WARN [^\n]{0,160}(?:timed out|Connection (?:refused|reset|closed))"
        r"|Timed out initializing process group|NCCL watchdog thread terminated with exception"
    ),
    "A collective gave up waiting for a rank: look for the host whose log ends first, and check the security group "
    "(all traffic within itself) and NCCL_DEBUG=INFO.",
)
MISSING_MODULE: Final = Signature(
    "import error",
    Cause.USER_CODE,
    _is(r"^(?:ModuleNotFoundError|ImportError): \S"),
    "Add the module to requirements.txt in source_dir (or to the image), and check the framework and Python version "
    "of the image.",
    fatal=False,
)
DATA_MISSING: Final = Signature(
    "data not found",
    Cause.DATA,
    _is(
        r"matched no files on s3|[Nn]o S3 objects found|\bNoSuchKey\b|\bNoSuchBucket\b|Data download failed"
        r"|FileNotFoundError[^\n]{0,200}(?:/opt/ml/input|s3://)|No such file or directory[^\n]{0,20}/opt/ml/input"
        r"|/opt/ml/input/data[^\n]{0,200}(?:does not exist|is empty|No such file)"
        r"|NotADirectoryError[^\n]{0,120}/opt/ml/input"
    ),
    "Check the channel's S3Uri and S3DataType (a prefix ends in /, matches exactly, and is in the job's region), "
    "and that the script reads /opt/ml/input/data/<channel>.",
    fatal=False,
)
ACCESS_DENIED: Final = Signature(
    "permission denied",
    Cause.PERMISSION,
    _is(
        r"\bAccessDenied|\bAccess Denied\b|is not authorized to perform|[Uu]nable to assume the role"
        r"|403 Forbidden|\(403\)[^\n]{0,60}Forbidden|\bUnauthorizedOperation\b"
        r"|UnauthorizedAccess|with an explicit deny"
        r"|does not have (?:sufficient )?permissions?\b|\bKMS\b[^\n]{0,80}\bdenied\b"
    ),
    "Give the job's role (RoleArn) the missing action on that resource: S3, ECR and KMS policies, the trust policy "
    "for sagemaker.amazonaws.com, and bucket or VPC endpoint policies.",
    fatal=False,
)
HUB_ACCESS: Final = Signature(
    "model hub refused",
    Cause.PERMISSION,
    _is(r"\bGatedRepoError\b|is a gated repo|(?:401|403) Client Error: \w{1,20} for url"),
    "The model hub refused the download: accept the model's terms and pass a token with access, or copy the model to "
    "S3 and read it as a channel.",
    fatal=False,
)
FILE_PERMISSION: Final = Signature(
    "file permission denied",
    Cause.PERMISSION,
    _is(r"\bPermissionError: \[Errno 13\]|: Permission denied$"),
    "The container's user may not open that file: write below /opt/ml or /tmp, and make the entry point executable.",
    fatal=False,
)
CRASH: Final = Signature(
    "native crash",
    Cause.USER_CODE,
    _is(
        r"^(?:[^\n]{0,80}: {1,5}(?:\d{1,9} {1,5})?)?(?:Segmentation fault|Aborted) ?(?:\(core dumped\))?$"
        r"|\(core dumped\)$"
        r"|Signal: (?:Segmentation fault|Aborted|Bus error)|Fatal Python error: |^terminate called"
        r"|\bexitcode {0,4}: -(?:6|7|11)\b|killed by SIG(?:SEGV|ABRT|BUS)\b"
    ),
    "Native code crashed: run with PYTHONFAULTHANDLER=1 on one host, and check that CUDA, driver and compiled "
    "extensions of the image match.",
)

IN_LOGS: Final = (
    CUDA_OOM,
    HOST_OOM,
    DISK_FULL,
    ACCESS_DENIED,
    HUB_ACCESS,
    DATA_MISSING,
    FILE_PERMISSION,
    MISSING_MODULE,
    NCCL,
    CRASH,
)
"""What a log line may give away; the first that matches a line is it."""

_HINTS: Final = (
    "Memory",
    "memory",
    "lloc",
    "ALLOC",
    "Killed",
    "oom-kill",
    "OOM",
    "SIG",
    "(shm)",
    "space left",
    "disk space",
    "quota",
    "ENOSPC",
    "imed",
    "timeout",
    "nccl",
    "NCCL",
    "Import",
    "ModuleNot",
    "NoSuch",
    "exitcode",
    "exit code",
    "objects",
    "matched",
    "download",
    "/opt/ml/input",
    "s3://",
    "enied",
    "uthoriz",
    "403",
    "401",
    "assume",
    "ermission",
    "Gated",
    "gated repo",
    "core dumped",
    "Fatal",
    "terminate",
    "Aborted",
    "Signal",
    "Segmentation fault",
    "deny",
)
"""One of these is in every line that a pattern matches: plain search is quicker than the patterns."""


def hinted(text: str) -> bool:
    """Return whether it is worth to look closer at a text of one or many lines."""
    for hint in _HINTS:  # noqa: SIM110 - the generator of any() costs more than the search
        if hint in text:
            return True
    return False


def signature_of(line: str) -> Signature | None:
    """Return the known error that one line (see `lines.pieces`) gives away."""
    if not hinted(line):
        return None
    return next((entry for entry in IN_LOGS if entry.pattern.search(line)), None)
