"""Direct methods of devices and modules, invoked with IoTHubRegistryManager."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import WAYS, Clients
from create_module import host_name
from methods import answer_methods, invoke, method
from refusals import refused
from waiting import Received


@pytest.fixture(scope="module", autouse=True)
def unanswered_call(registry, event_loop):
    """Starts a call without an answer. The shortest timeout is five seconds, so other tests run meanwhile."""
    device = registry.create_device_with_sas("silent-device", "", "", "enabled")
    clients = Clients(WAYS[0], event_loop, host_name())
    received = Received()
    clients.device(device).on_method_request_received = received
    with ThreadPoolExecutor() as executor:
        yield received, executor.submit(invoke, registry, device, method(response=5))
    clients.close()


@pytest.fixture(params=["device", "module"])
def connected(request, blocking_clients):
    """Returns a device or module identity and its client."""
    identity = request.getfixturevalue(request.param)
    return identity, getattr(blocking_clients, request.param)(identity)


@pytest.mark.parametrize(
    "payload", [{"delay": 5}, [1, "two", None], "text", 7, 1.5, True, False, {}, ""], ids=repr
)
def test_delivers_the_payload_and_the_response(registry, connected, payload):
    identity, client = connected
    requests = Received()
    answer_methods(client, 200, payload, requests)
    result = invoke(registry, identity, method("reboot", payload))
    assert (result.status, result.payload) == (200, payload)
    request = requests.next()
    assert (request.name, request.payload) == ("reboot", payload)


def test_returns_any_status(registry, connected):
    identity, client = connected
    answer_methods(client, 418, None)
    result = invoke(registry, identity, method())
    assert (result.status, result.payload) == (418, None)


def test_waits_for_the_device_to_connect(registry, device, module, blocking_clients, in_background):
    for identity, client in (
        (device, blocking_clients.device(device)),
        (module, blocking_clients.module(module)),
    ):
        pending = in_background(invoke, registry, identity, method(connect=20, response=20))
        answer_methods(client, 200, "awake")
        assert pending.result().payload == "awake"


def test_refuses_a_call_to_a_client_that_is_offline_or_not_subscribed(registry, connected):
    identity, client = connected
    with refused(404, "DeviceNotOnline"):
        invoke(registry, identity, method())
    client.connect()
    with refused(404, "DeviceNotOnline"):
        invoke(registry, identity, method())
    answer_methods(client)
    client.on_method_request_received = None
    with refused(404, "DeviceNotOnline"):
        invoke(registry, identity, method())


def test_refuses_a_call_to_a_missing_identity(registry, device):
    with refused(404, "DeviceNotFound"):
        registry.invoke_device_method("missing", method())
    with refused(404, "DeviceNotFound"):
        registry.invoke_device_module_method("missing", "module", method())
    with refused(404, "ModuleNotFound"):
        registry.invoke_device_module_method(device.device_id, "missing", method())


@pytest.mark.parametrize(
    "call",
    [
        method(" "),
        method("x" * 101),
        method(response=4),
        method(response=301),
        method(connect=31),
        method(payload="x" * 131_072),
    ],
    ids=[
        "blank name",
        "long name",
        "short timeout",
        "long timeout",
        "connect timeout over response timeout",
        "payload over 128 KB",
    ],
)
def test_refuses_an_invalid_call(registry, device, call):
    with refused(400, "ArgumentInvalid"):
        registry.invoke_device_method(device.device_id, call)


def test_fails_if_the_client_disconnects_during_the_call(registry, connected, in_background):
    identity, client = connected
    received = Received()
    client.on_method_request_received = received
    pending = in_background(invoke, registry, identity, method())
    received.next()
    client.disconnect()
    with refused(404, "DeviceConnectionClosedRemotely"):
        pending.result()


def test_handles_concurrent_calls(registry, connected):
    identity, client = connected
    answer_methods(client, 200, "done")
    with ThreadPoolExecutor(10) as executor:
        results = executor.map(lambda number: invoke(registry, identity, method(payload=number)), range(30))
        assert {result.payload for result in results} == {"done"}


def test_fails_if_the_client_does_not_answer_in_time(unanswered_call):
    received, pending = unanswered_call
    assert received.next().name == "reboot"
    with refused(504, "GatewayTimeout"):
        pending.result()
