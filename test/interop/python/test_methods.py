"""Direct methods of devices and modules, invoked through IoTHubRegistryManager."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import WAYS, Clients
from create_module import host_name
from methods import answer_methods, invoke, method
from refusals import refused
from waiting import Heard


@pytest.fixture(scope="module", autouse=True)
def unanswered_call(registry, event_loop):
    """A call that nobody answers; it takes five seconds, the shortest timeout, so the other tests run meanwhile."""
    device = registry.create_device_with_sas("silent-device", "", "", "enabled")
    clients = Clients(WAYS[0], event_loop, host_name())
    heard = Heard()
    clients.device(device).on_method_request_received = heard
    with ThreadPoolExecutor() as executor:
        yield heard, executor.submit(invoke, registry, device, method(response=5))
    clients.close()


@pytest.fixture(params=["device", "module"])
def connected(request, blocking_clients):
    """A device or a module with its client."""
    identity = request.getfixturevalue(request.param)
    return identity, getattr(blocking_clients, request.param)(identity)


@pytest.mark.parametrize(
    "payload", [{"delay": 5}, [1, "two", None], "text", 7, 1.5, True, False, {}, ""], ids=repr
)
def test_carries_the_payload_there_and_back(registry, connected, payload):
    identity, client = connected
    requests = Heard()
    answer_methods(client, 200, payload, requests)
    result = invoke(registry, identity, method("reboot", payload))
    assert (result.status, result.payload) == (200, payload)
    request = requests.next()
    assert (request.name, request.payload) == ("reboot", payload)


def test_hands_on_every_status(registry, connected):
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


def test_reaches_nobody_who_is_not_connected_or_does_not_listen(registry, connected):
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


def test_reaches_nobody_who_is_not_registered(registry, device):
    with refused(404, "DeviceNotFound"):
        registry.invoke_device_method("nobody", method())
    with refused(404, "DeviceNotFound"):
        registry.invoke_device_module_method("nobody", "module", method())
    with refused(404, "ModuleNotFound"):
        registry.invoke_device_module_method(device.device_id, "nobody", method())


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
        "no name",
        "long name",
        "short timeout",
        "long timeout",
        "connects longer than it waits",
        "payload over 128 KB",
    ],
)
def test_refuses_a_call_that_is_not_valid(registry, device, call):
    with refused(400, "ArgumentInvalid"):
        registry.invoke_device_method(device.device_id, call)


def test_fails_when_the_device_leaves_meanwhile(registry, connected, in_background):
    identity, client = connected
    heard = Heard()
    client.on_method_request_received = heard
    pending = in_background(invoke, registry, identity, method())
    heard.next()
    client.disconnect()
    with refused(404, "DeviceConnectionClosedRemotely"):
        pending.result()


def test_answers_many_calls_at_once(registry, connected):
    identity, client = connected
    answer_methods(client, 200, "done")
    with ThreadPoolExecutor(10) as executor:
        results = executor.map(lambda number: invoke(registry, identity, method(payload=number)), range(30))
        assert {result.payload for result in results} == {"done"}


def test_fails_when_the_device_does_not_answer_in_time(unanswered_call):
    heard, pending = unanswered_call
    assert heard.next().name == "reboot"
    with refused(504, "GatewayTimeout"):
        pending.result()
