"""The deprecated blocking receive calls of device and module clients, over both transports."""

import pytest
from azure.iot.device import MethodResponse
from azure.iot.device.exceptions import ClientError
from azure.iot.hub.models import Twin, TwinProperties

from back_end import send_to_device
from clients import WAYS, Clients
from create_module import host_name
from methods import invoke, method
from waiting import DEADLINE_SECONDS, Received


@pytest.fixture(params=WAYS[:2], ids=str)
def clients(request, event_loop):
    clients = Clients(request.param, event_loop, host_name())
    yield clients
    clients.close()


def test_receives_messages(clients, device):
    client = clients.device(device)
    assert client.receive_message(block=False) is None
    send_to_device(device.device_id, "hello")
    assert client.receive_message(timeout=DEADLINE_SECONDS).data == b"hello"


def test_receives_method_requests(clients, registry, device, module, in_background):
    for client, identity in ((clients.device(device), device), (clients.module(module), module)):
        assert client.receive_method_request("reboot", block=False) is None
        pending = [in_background(invoke, registry, identity, method(name)) for name in ("reboot", "blink")]
        for request in (
            client.receive_method_request("reboot", timeout=DEADLINE_SECONDS),
            client.receive_method_request(timeout=DEADLINE_SECONDS),
        ):
            client.send_method_response(MethodResponse.create_from_method_request(request, 200, request.name))
        assert [call.result().payload for call in pending] == ["reboot", "blink"]


def test_receives_patches_of_desired_properties(clients, registry, device, module):
    twin = Twin(properties=TwinProperties(desired={"interval": 5}))
    for client, update in (
        (clients.device(device), lambda: registry.update_twin(device.device_id, twin)),
        (clients.module(module), lambda: registry.update_module_twin(device.device_id, "module", twin)),
    ):
        assert client.receive_twin_desired_properties_patch(block=False) is None
        update()
        patch = client.receive_twin_desired_properties_patch(timeout=DEADLINE_SECONDS)
        assert patch == {"interval": 5, "$version": 2}


def test_receives_nothing_on_an_input_without_messages(clients, module):
    client = clients.module(module)
    assert client.receive_message_on_input("commands", block=False) is None
    assert client.connected


def test_rejects_a_handler_after_a_receive_call(clients, device):
    client = clients.device(device)
    client.receive_message(block=False)
    with pytest.raises(ClientError):
        client.on_message_received = Received()
