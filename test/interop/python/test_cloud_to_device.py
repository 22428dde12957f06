"""Messages to devices as a back end sends them over HTTPS; IoTHubRegistryManager sends them over AMQP."""

import pytest

from back_end import client_token, send_to_device, service_token


def test_wait_for_the_device_up_to_fifty(device):
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
    ids=["over 64 KB", "expired", "acknowledgement that is none"],
)
def test_are_refused_where_they_are_not_valid(device, body, properties, answer):
    assert send_to_device(device.device_id, body, **properties) == answer


def test_are_refused_where_nobody_is_registered():
    assert send_to_device("nobody", "hello") == (404, "DeviceNotFound")


def test_are_taken_from_those_only_who_may_send(device):
    unauthorized = (401, "IotHubUnauthorizedAccess")
    assert send_to_device(device.device_id, "hello", service_token("service")) == (204, None)
    for token in (
        "nonsense",
        service_token("registryReadWrite"),
        service_token("device"),
        # Five minutes are granted to clocks that differ.
        service_token("service", ttl=-600),
        client_token(device),
    ):
        assert send_to_device(device.device_id, "hello", token) == unauthorized
