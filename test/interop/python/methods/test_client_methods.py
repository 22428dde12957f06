"""Direct methods of device and module clients."""

import pytest
from azure.iot.device import MethodRequest, MethodResponse

from methods import answer_methods, invoke, method
from waiting import Received


@pytest.fixture(params=["device", "module"])
def listening(request, clients):
    identity = request.getfixturevalue(request.param)
    return identity, getattr(clients, request.param)(identity)


def test_receives_and_answers_methods(registry, listening, in_background):
    identity, client = listening
    requests = Received()
    client.on_method_request_received = requests
    assert client.on_method_request_received is requests
    for payload, status, answer in (
        ({"delay": 5}, 200, {"done": True}),
        ("text", 202, ["a", 1, None]),
        ("", 404, None),
    ):
        pending = in_background(invoke, registry, identity, method("reboot", payload))
        request = requests.next()
        assert isinstance(request, MethodRequest) and request.request_id
        assert (request.name, request.payload) == ("reboot", payload)
        client.send_method_response(MethodResponse(request.request_id, status, answer))
        result = pending.result()
        assert (result.status, result.payload) == (status, answer)


def test_answers_methods_in_any_order(registry, listening, in_background):
    identity, client = listening
    requests = Received()
    client.on_method_request_received = requests
    pending = {name: in_background(invoke, registry, identity, method(name)) for name in ("first", "second")}
    for request in reversed([requests.next(), requests.next()]):
        client.send_method_response(MethodResponse.create_from_method_request(request, 200, request.name))
    assert {name: call.result().payload for name, call in pending.items()} == {
        "first": "first",
        "second": "second",
    }


def test_receives_methods_again_after_a_reconnect(registry, listening):
    identity, client = listening
    answer_methods(client, 200, "here")
    client.disconnect()
    client.connect()
    assert invoke(registry, identity, method(connect=20)).payload == "here"


def test_ignores_a_response_without_a_request(registry, listening):
    identity, client = listening
    answer_methods(client, 200, "here")
    client.send_method_response(MethodResponse("ffff", 200, "late"))
    assert invoke(registry, identity, method()).payload == "here"
