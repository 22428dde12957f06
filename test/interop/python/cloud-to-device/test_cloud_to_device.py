"""Cloud-to-device messages over HTTPS. IoTHubRegistryManager sends them over AMQP, which is not supported yet."""

import pytest

from back_end import client_token, send_to_device, service_token


def test_queues_up_to_fifty_messages(device):
    for number in range(50):
        assert send_to_device(device.device_id, str(number)) == (204, None)
    assert send_to_device(device.device_id, "one too many") == (403, "DeviceMaximumQueueDepthExceeded")


@pytest.mark.parametrize(
    "body, properties, answer",
    [
        ("x" * 65_537, {}, (413, "MessageTooLarge")),
        ("hello", {"expiry": "2000-01-01T00:00:00Z"}, (403, "InvalidMessageExpiryTime")),
        ("hello", {"ack": "perhaps"}, (400, "ArgumentInvalid")),
    ],
    ids=["over 64 KB", "expired", "unknown acknowledgement"],
)
def test_refuses_an_invalid_message(device, body, properties, answer):
    assert send_to_device(device.device_id, body, **properties) == answer


def test_refuses_a_message_to_a_missing_device():
    assert send_to_device("missing", "hello") == (404, "DeviceNotFound")


def test_accepts_messages_only_with_service_connect_permission(device):
    unauthorized = (401, "IotHubUnauthorizedAccess")
    assert send_to_device(device.device_id, "hello", service_token("service")) == (204, None)
    for token in (
        "nonsense",
        service_token("registryReadWrite"),
        service_token("device"),
        # A token is accepted up to five minutes after its expiry.
        service_token("service", ttl=-600),
        client_token(device),
    ):
        assert send_to_device(device.device_id, "hello", token) == unauthorized
