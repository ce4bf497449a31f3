"""What passes the door among headers: never an identity of the caller's, never what is meant for one hop."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.headers import HOP_BY_HOP, read_head, response_headers
from isthmus.http.problems import Problem

_IDENTITY_SPELLINGS = [b"x-isthmus-identity", b"x_isthmus_identity", b"x-isthmus_identity"]
_SPECIAL = [*HOP_BY_HOP, *_IDENTITY_SPELLINGS, b"authorization", b"host", b"forwarded", b"x-forwarded-for"]
_NAMES = st.one_of(
    st.sampled_from(_SPECIAL), st.from_regex(rb"[a-z][a-z0-9_-]{0,15}", fullmatch=True), st.just(b"x-custom")
)
_VALUES = st.one_of(
    st.from_regex(rb"[ -~]{0,30}", fullmatch=True),
    st.lists(_NAMES, max_size=3).map(b", ".join),
    st.binary(max_size=10),
)


@given(st.lists(st.tuples(_NAMES, _VALUES), max_size=20))
def test_no_request_header_passes_that_must_not(headers: list[tuple[bytes, bytes]]) -> None:
    try:
        onward = read_head(headers).onward
    except Problem:
        return
    names = {name.lower().encode() for name in onward}
    nominated = {
        token.strip() for name, value in headers if name == b"connection" for token in value.lower().split(b",")
    }
    assert not names & (set(_SPECIAL) | nominated)
    wanted = {name for name, _ in headers} - set(_SPECIAL) - nominated - {b"cookie", b"expect", b"traceparent"}
    assert wanted - {b"x-request-id", b"x-real-ip", b"x-forwarded-host", b"x-forwarded-proto"} <= names


@given(st.lists(st.tuples(_NAMES, _VALUES), max_size=20))
def test_no_response_header_passes_that_must_not(headers: list[tuple[bytes, bytes]]) -> None:
    names = {name for name, _ in response_headers(headers)}
    nominated = {
        token.strip() for name, value in headers if name == b"connection" for token in value.lower().split(b",")
    }
    assert not names & (HOP_BY_HOP | nominated | {b"x-isthmus-identity", b"set-cookie", b"server"})


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-length", b"5"), (b"content-length", b"6")],
        [(b"content-length", b"5"), (b"content-length", b"5")],
        [(b"content-length", b"5"), (b"transfer-encoding", b"chunked")],
        [(b"content-length", b"+5")],
        [(b"content-length", b"5, 5")],
        [(b"host", b"a"), (b"host", b"b")],
        [(b"authorization", b"Bearer a"), (b"authorization", b"Bearer b")],
        [(b"x-custom", b"\xff")],
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(Problem) as caught:
        read_head(headers)
    assert caught.value.status == 400


@pytest.mark.parametrize("headers", [[(b"x-long", b"x" * 40_000)], [(b"x-many", b"1")] * 101])
def test_too_many_or_too_long_headers_are_431(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(Problem) as caught:
        read_head(headers)
    assert caught.value.status == 431


def test_a_harmless_request_id_and_trace_are_kept_and_others_replaced() -> None:
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    kept = read_head([(b"x-request-id", b"abc-1"), (b"traceparent", trace)])
    assert (kept.request_id, kept.traceparent) == (b"abc-1", trace)
    made = read_head([(b"x-request-id", b"a b\n"), (b"traceparent", b"00-" + b"0" * 32 + b"-b7ad6b7169203331-01")])
    assert b" " not in made.request_id
    assert made.traceparent != b"00-" + b"0" * 32 + b"-b7ad6b7169203331-01"
    assert read_head([]).request_id != read_head([]).request_id


def test_what_connection_names_does_not_pass() -> None:
    head = read_head([(b"x-custom", b"1"), (b"connection", b"close, X-Custom"), (b"x-other", b"2")])
    assert list(head.onward) == ["x-other"]
    assert response_headers([(b"X-Custom", b"1"), (b"Connection", b"x-custom"), (b"ETag", b"2")]) == [(b"etag", b"2")]


def test_a_header_that_stands_twice_passes_twice() -> None:
    onward = read_head([(b"accept", b"a"), (b"accept", b"b")]).onward
    assert onward.getall("accept") == ["a", "b"]
