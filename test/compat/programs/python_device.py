"""A device of any version of azure-iot-device, by the calls that all versions since 2.1 have."""

import json
import os

from features import back_end, expect_equal, run_features

from azure.iot.device import IoTHubDeviceClient, IoTHubModuleClient, Message, MethodResponse

WAIT_SECONDS = 10


def with_client(use, **options):
    def run():
        connection_string = os.environ["IOTHUB_DEVICE_CONNECTION_STRING"]
        client = IoTHubDeviceClient.create_from_connection_string(connection_string, **options)
        client.connect()
        try:
            use(client)
        finally:
            client.disconnect()

    return run


def send_telemetry(client):
    message = Message(json.dumps({"temperature": 21.5}))
    message.message_id = "m 1"
    message.custom_properties["colour"] = "grün & blau"
    client.send_message(message)


def receive_message(client):
    answer = back_end("send", {"switch": "on"})
    message = client.receive_message(timeout=WAIT_SECONDS)
    answer()
    expect_equal(json.loads(message.data), {"switch": "on"})


def answer_method(client):
    answer = back_end("invoke", "echo", {"text": "é"})
    request = client.receive_method_request("echo", timeout=WAIT_SECONDS)
    client.send_method_response(
        MethodResponse.create_from_method_request(request, 200, {"echoed": request.payload})
    )
    expect_equal(answer(), {"status": 200, "payload": {"echoed": {"text": "é"}}})


def use_twin(client):
    before = client.get_twin()["desired"]["$version"]
    # The first call subscribes and returns after its time, because nothing was changed.
    subscribe_to_patches(client)
    back_end("patch", {"interval": 30})()
    patch = client.receive_twin_desired_properties_patch(timeout=WAIT_SECONDS)
    expect_equal(patch, {"interval": 30, "$version": before + 1})
    client.patch_twin_reported_properties({"firmware": "1.2.0"})
    expect_equal(back_end("getTwin")()["properties"]["reported"]["firmware"], "1.2.0")


def subscribe_to_patches(client):
    try:
        client.receive_twin_desired_properties_patch(block=False)
    except Exception as error:
        if type(error).__name__ != "Empty":
            raise


def use_module():
    client = IoTHubModuleClient.create_from_connection_string(os.environ["IOTHUB_MODULE_CONNECTION_STRING"])
    client.connect()
    client.send_message("plain text")
    client.patch_twin_reported_properties({"firmware": "1.2.0"})
    expect_equal(client.get_twin()["reported"]["firmware"], "1.2.0")
    client.disconnect()


run_features(
    {
        "telemetry": with_client(send_telemetry),
        "webSocket": with_client(send_telemetry, websockets=True),
        "cloudToDevice": with_client(receive_message),
        "directMethod": with_client(answer_method),
        "twin": with_client(use_twin),
        "module": use_module,
    }
)
