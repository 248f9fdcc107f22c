"""The port of CloudWatch Logs: what it asks for, and what it makes of the answer."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tui.aws.connection import Connection, Target
from tui.aws.errors import UnreadableAnswerError
from tui.aws.logs import LogReader, Logs
from tui.domain.logs import LogEvent
from tui.polling.budget import ALLOWANCES, Budget
from tui.polling.logs import LogCursor, LogEvents, LogPage


class Answers(Connection):
    def __init__(self, response: dict[str, Any]) -> None:
        super().__init__(Target(), Budget())
        self.asked: list[tuple[str, str, Mapping[str, object]]] = []
        self._response = response

    async def call(
        self, service: str, operation: str, parameters: Mapping[str, object], read: Callable[[Any, Any], Any]
    ) -> Any:
        self.asked.append((service, operation, parameters))
        return read(parsed(self._response), None)


READER = LogReader()


def parsed(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the SDK hands over for the body of an answer."""
    wire: dict[str, Any] = {"status_code": 200, "body": json.dumps(body).encode()}
    beside: dict[str, Any] = {}
    READER(wire, beside)
    return json.loads(wire["body"]) | beside


async def test_messages_arrive_as_they_are() -> None:
    event = {
        "logStreamName": "job/algo-1-1",
        "timestamp": 5,
        "ingestionTime": 9,
        "eventId": "37",
        "message": "[0]#011a:\x1b[1m1",
    }
    connection = Answers({"events": [event, {"message": "bare"}], "nextToken": "t"})
    port: LogEvents = Logs(connection)
    page = await port.filter("/group", "job/", -5, "token", newest_first=True)
    assert page.events[0] == LogEvent("37", 5, 9, "job/algo-1-1", "[0]#011a:\x1b[1m1")
    assert page.events[1].id
    assert page.next_token == "t"
    asked = {"logGroupName": "/group", "logStreamNamePrefix": "job/", "startTime": 0, "limit": 4_000}
    assert connection.asked == [("logs", "FilterLogEvents", {**asked, "nextToken": "token", "startFromHead": False})]
    await port.filter("/group", "job/", 0, None)
    assert connection.asked[1][2] == asked


async def test_an_empty_answer_and_none() -> None:
    assert await Logs(Answers({"events": []})).filter("g", "job/", 0, None) == LogPage((), None)
    for response in ({}, {"events": "x"}):
        with pytest.raises(UnreadableAnswerError):
            await Logs(Answers(response)).filter("g", "job/", 0, None)


async def test_the_cursor_takes_the_port() -> None:
    batch = await LogCursor(Logs(Answers({"events": []})), "job", begin_ms=0).poll()
    assert batch.state.caught_up
    assert ALLOWANCES["FilterLogEvents"].per_second <= 2


def test_an_answer_that_is_as_the_last_one_is_not_read_again() -> None:
    body = {"events": [{"eventId": "1", "timestamp": 5, "message": "a", "logStreamName": "job/algo-1-1"}]}
    first, again = parsed(body), parsed(body)
    assert again["Events"] is first["Events"]
    assert parsed(body | {"events": []})["Events"] == ()


@pytest.mark.parametrize("body", [b"", b"[1", b"[]", b'{"events": [{"timestamp": "x"}]}', b'{"events": 1}'])
def test_what_is_no_page_is_left_to_the_sdk(body: bytes) -> None:
    wire: dict[str, Any] = {"status_code": 200, "body": body}
    beside: dict[str, Any] = {}
    READER(wire, beside)
    assert (wire["body"], beside) == (body, {})
