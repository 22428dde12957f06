"""Feedback on cloud-to-device messages through IoTHubHttpRuntimeManager."""

from back_end import send_to_device
from refusals import refused
from waiting import Heard, ask_until


def test_is_received_abandoned_and_completed(runtime, device, blocking_clients, new_id):
    message_id, heard = new_id("message"), Heard()
    blocking_clients.device(device).on_message_received = heard
    assert send_to_device(device.device_id, "hello", ack="full", messageid=message_id) == (204, None)
    assert heard.next().data == b"hello"

    record, lock_token = receive(runtime, message_id)
    assert (record["deviceId"], record["statusCode"], record["description"]) == (
        device.device_id,
        "Success",
        "Success",
    )
    # The batch is locked, so nobody else gets it; and None is all that the SDK makes of an answer.
    assert runtime.receive_feedback_notification() is None
    assert runtime.abandon_feedback_notification(lock_token) is None
    again, second_token = receive(runtime, message_id)
    assert again == record and second_token != lock_token
    assert runtime.complete_feedback_notification(second_token) is None
    for settle in (runtime.complete_feedback_notification, runtime.abandon_feedback_notification):
        with refused(412, "DeviceMessageLockLost"):
            settle(second_token)


def test_tells_of_messages_that_were_purged(runtime, registry, device, new_id):
    message_id = new_id("message")
    send_to_device(device.device_id, "unread", ack="negative", messageid=message_id)
    assert registry.get_device(device.device_id).cloud_to_device_message_count == 1
    purge = registry.protocol.cloud_to_device_messages.purge_cloud_to_device_message_queue
    assert purge(device.device_id).total_messages_purged == 1
    record, lock_token = receive(runtime, message_id)
    assert (record["deviceId"], record["statusCode"]) == (device.device_id, "Purged")
    runtime.complete_feedback_notification(lock_token)
    with refused(404, "DeviceNotFound"):
        purge("nobody")


def receive(runtime, message_id):
    """The record on a message and the lock token of its batch, which the SDK shows in the raw answer only."""

    def ask():
        answer = runtime.protocol.cloud_to_device_messages.receive_feedback_notification(raw=True).response
        records = answer.json() if answer.status_code == 200 else []
        found = [record for record in records if record["originalMessageId"] == message_id]
        return found and (found[0], answer.headers["ETag"].strip('"'))

    return ask_until(ask, bool)
