"""Features of modules only: outputs, inputs, and method calls to other clients, as on IoT Edge."""

import os

import pytest
from azure.iot.device import Message
from azure.iot.device.exceptions import ClientError

from clients import key_of
from methods import answer_methods
from refusals import client_refused
from waiting import Received


@pytest.fixture
def client(clients, module):
    return clients.module(module)


@pytest.fixture
def edge_environment(monkeypatch, module, clients):
    """Sets the variables of a module in a development environment of IoT Edge. The gateway is the hub."""
    gateway = ";GatewayHostName=" + clients.host_name
    monkeypatch.setenv("EdgeHubConnectionString", clients.string_of(module) + gateway)
    monkeypatch.setenv("EdgeModuleCACertificateFile", os.environ["SSL_CERT_FILE"])


@pytest.fixture
def edge_client(edge_environment, clients):
    return clients.make(clients.module_class.create_from_edge_environment)


def test_sends_telemetry_and_output_messages(client):
    message = Message("hello", content_type="text/plain", content_encoding="utf-8")
    message.custom_properties = {"colour": "red"}
    assert client.send_message(message) is None
    assert client.send_message_to_output(message, "alarms") is None
    assert client.send_message_to_output("text", "alarms & more") is None
    with pytest.raises(ValueError):
        client.send_message_to_output("x" * 262_144, "alarms")


def test_subscribes_to_its_inputs(client):
    # Only IoT Edge sends to an input. The hub accepts the subscription and keeps the connection open.
    messages = Received()
    client.on_message_received = messages
    assert client.on_message_received is messages and client.connected
    assert client.get_twin()["desired"]["$version"] == 1
    client.on_message_received = None
    assert client.connected


def test_connects_with_the_edge_environment(edge_client):
    edge_client.connect()
    assert edge_client.get_twin()["reported"]["$version"] == 1


def test_cannot_be_created_without_the_edge_environment(clients, monkeypatch):
    monkeypatch.delenv("EdgeHubConnectionString", raising=False)
    with pytest.raises(OSError):
        clients.module_class.create_from_edge_environment()


def test_invokes_methods_of_its_device_and_sibling_modules(
    edge_client, registry, device, blocking_clients
):
    target = registry.create_module_with_sas(device.device_id, "target", None, "", "")
    call = {
        "methodName": "reboot",
        "payload": {"delay": 5},
        "responseTimeoutInSeconds": 20,
        "connectTimeoutInSeconds": 0,
    }
    for client, names in (
        (blocking_clients.device(device), (device.device_id,)),
        (blocking_clients.module(target), (device.device_id, "target")),
    ):
        requests = Received()
        answer_methods(client, 207, {"done": True}, requests)
        assert edge_client.invoke_method(call, *names) == {"status": 207, "payload": {"done": True}}
        request = requests.next()
        assert (request.name, request.payload) == ("reboot", {"delay": 5})


def test_is_refused_a_method_call_to_an_absent_client(edge_client, device):
    call = {
        "methodName": "reboot",
        "payload": None,
        "responseTimeoutInSeconds": 5,
        "connectTimeoutInSeconds": 0,
    }
    for names in ((device.device_id,), (device.device_id, "missing")):
        with client_refused("404"):
            edge_client.invoke_method(call, *names)
    with client_refused("401"):
        edge_client.invoke_method(call, "another-device")
    with client_refused("400"):
        edge_client.invoke_method({**call, "responseTimeoutInSeconds": 1}, device.device_id)


def test_is_refused_a_method_call_with_another_key(edge_environment, clients, device, monkeypatch):
    wrong = os.environ["EdgeHubConnectionString"].replace(";SharedAccessKey=", ";SharedAccessKey=" + "A" * 4)
    monkeypatch.setenv("EdgeHubConnectionString", wrong)
    client = clients.make(clients.module_class.create_from_edge_environment)
    with client_refused("401"):
        client.invoke_method({"methodName": "reboot", "payload": None}, device.device_id)


def test_cannot_invoke_methods_outside_iot_edge(client, device):
    with pytest.raises(ClientError):
        client.invoke_method({"methodName": "reboot", "payload": None}, device.device_id)
