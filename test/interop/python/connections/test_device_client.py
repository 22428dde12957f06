"""Messages from and to device clients, and their HTTPS calls."""

import json
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from azure.iot.device import Message

from back_end import send_to_device
from refusals import client_refused
from waiting import Received, ask_until


@pytest.fixture
def client(clients, device):
    return clients.device(device)


def described_message():
    message = Message(
        json.dumps({"temperature": 21.5}),
        message_id=str(uuid.uuid4()),
        content_encoding="utf-8",
        content_type="application/json",
    )
    message.correlation_id, message.user_id = "c/1", "user-1"
    message.custom_properties = {"colour": "gr=ün & blau", "empty": ""}
    return message


@pytest.mark.parametrize(
    "message",
    ["hello", Message(b"\x00\xff"), described_message(), Message("")],
    ids=["text", "bytes", "described", "empty"],
)
def test_sends_telemetry(client, message):
    # The call returns after the hub has acknowledged the message.
    assert client.send_message(message) is None


def test_sends_telemetry_of_the_maximum_size(client):
    client.send_message("x" * 260_000)
    with pytest.raises(ValueError):
        client.send_message("x" * 262_144)


def test_sends_security_messages(client):
    message = Message("{}")
    message.set_as_security_message()
    client.send_message(message)


def test_receives_a_message_with_its_properties(client, device):
    messages, expiry = Received(), datetime.now(timezone.utc) + timedelta(minutes=10)
    client.on_message_received = messages
    assert client.on_message_received is messages
    sent = send_to_device(
        device.device_id,
        b"\x00hello",
        messageid="m-1",
        correlationid="c-1",
        userid="user-1",
        contenttype="application/json",
        contentencoding="utf-8",
        expiry=expiry.strftime("%Y-%m-%dT%H:%M:%SZ"),
        ack="full",
        app_colour="red & blue",
    )
    assert sent == (204, None)
    message = messages.next()
    assert (message.data, message.message_id, message.correlation_id) == (b"\x00hello", "m-1", "c-1")
    assert (message.user_id, message.content_type, message.content_encoding) == (
        "user-1",
        "application/json",
        "utf-8",
    )
    assert message.expiry_time_utc.startswith(expiry.strftime("%Y-%m-%dT%H:%M:%S"))
    assert (message.ack, message.custom_properties) == ("full", {"colour": "red & blue"})


def test_receives_messages_sent_while_it_was_disconnected(client, device, registry):
    for number in range(3):
        send_to_device(device.device_id, str(number))
    assert registry.get_device(device.device_id).cloud_to_device_message_count == 3
    messages = Received()
    client.on_message_received = messages
    assert [messages.next().data for _ in range(3)] == [b"0", b"1", b"2"]
    client.disconnect()
    send_to_device(device.device_id, "later")
    client.connect()
    assert messages.next().data == b"later"
    # The client acknowledges every message, which completes it.
    ask_until(
        lambda: registry.get_device(device.device_id),
        lambda device: device.cloud_to_device_message_count == 0,
    )


def test_receives_no_message_after_the_handler_is_removed(client, device, registry):
    messages = Received()
    client.on_message_received = messages
    client.on_message_received = None
    send_to_device(device.device_id, "hello")
    assert registry.get_twin(device.device_id).cloud_to_device_message_count == 1
    client.get_twin()
    assert messages.empty()


def test_is_refused_file_upload_as_not_supported(client):
    with client_refused("501"):
        client.get_storage_info_for_blob("picture.png")
    with client_refused("501"):
        client.notify_blob_upload_status("nothing", True, 200, "done")
