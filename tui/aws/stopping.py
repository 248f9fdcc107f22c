"""The one operation that changes the account. A connection opened without `write` refuses it."""

from typing import Any

from tui.aws.connection import Connection, unreadable

_LONGEST_EMPTY = 2
"""Bytes of an empty answer: none, or `{}`."""


class Stopping:
    """Asks SageMaker to stop training jobs of one account and region."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def stop(self, name: str) -> None:
        """Ask for one job to be stopped; the request is sent once, whatever becomes of it."""
        await self._connection.call("sagemaker", "StopTrainingJob", {"TrainingJobName": name}, _accepted)


def _accepted(response: dict[str, Any], _: Any) -> None:
    # The operation has no output, so the SDK takes any 200 for a yes: that of a proxy's page too.
    headers = response["ResponseMetadata"]["HTTPHeaders"]
    kind = headers.get("content-type", "")
    if not kind.startswith("application/x-amz-json") or int(headers.get("content-length", "0")) > _LONGEST_EMPTY:
        raise unreadable("StopTrainingJob")
