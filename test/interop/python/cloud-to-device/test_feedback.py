"""Feedback on cloud-to-device messages with IoTHubHttpRuntimeManager."""

from back_end import send_to_device
from refusals import refused
from waiting import Received, ask_until


def test_receives_abandons_and_completes_feedback(runtime, device, blocking_clients, new_id):
    message_id, received = new_id("message"), Received()
    blocking_clients.device(device).on_message_received = received
    assert send_to_device(device.device_id, "hello", ack="full", messageid=message_id) == (204, None)
    assert received.next().data == b"hello"

    record, lock_token = receive(runtime, message_id)
    assert (record["deviceId"], record["statusCode"], record["description"]) == (
        device.device_id,
        "Success",
        "Success",
    )
    # The batch is locked, so no other caller receives it. The SDK returns None for any answer.
    assert runtime.receive_feedback_notification() is None
    assert runtime.abandon_feedback_notification(lock_token) is None
    again, second_token = receive(runtime, message_id)
    assert again == record and second_token != lock_token
    assert runtime.complete_feedback_notification(second_token) is None
    for settle in (runtime.complete_feedback_notification, runtime.abandon_feedback_notification):
        with refused(412, "DeviceMessageLockLost"):
            settle(second_token)


def test_reports_purged_messages(runtime, registry, device, new_id):
    message_id = new_id("message")
    send_to_device(device.device_id, "unread", ack="negative", messageid=message_id)
    assert registry.get_device(device.device_id).cloud_to_device_message_count == 1
    purge = registry.protocol.cloud_to_device_messages.purge_cloud_to_device_message_queue
    assert purge(device.device_id).total_messages_purged == 1
    record, lock_token = receive(runtime, message_id)
    assert (record["deviceId"], record["statusCode"]) == (device.device_id, "Purged")
    runtime.complete_feedback_notification(lock_token)
    with refused(404, "DeviceNotFound"):
        purge("missing")


def receive(runtime, message_id):
    """Returns the record of a message and the lock token of its batch. The SDK has both in the raw answer only."""

    def ask():
        answer = runtime.protocol.cloud_to_device_messages.receive_feedback_notification(raw=True).response
        records = answer.json() if answer.status_code == 200 else []
        found = [record for record in records if record["originalMessageId"] == message_id]
        return found and (found[0], answer.headers["ETag"].strip('"'))

    return ask_until(ask, bool)
