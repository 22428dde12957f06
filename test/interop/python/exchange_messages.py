"""
Sends telemetry as a device and as a module with all four kinds of client. Sends input messages back as telemetry.
The test reads the telemetry from the event log and sends messages to the inputs, as IoT Edge does.
"""

from datetime import datetime, timezone

from azure.iot.device import Message

from clients import WAYS, Clients, EventLoop
from create_module import create_or_get_device, create_or_get_module, host_name, open_registry
from waiting import Received

EXPIRY = datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def described_message(output_name=None):
    message = Message('{"temperature": 21.5}', "m/1", "utf-8", "application/json", output_name)
    message.correlation_id, message.user_id, message.expiry_time_utc = "c 1", "user-1", EXPIRY
    message.custom_properties = {"colour": "grün & blau", "a=b": "c+d", "empty": ""}
    return message


def send(client, output=None):
    security = Message(b"\x00\xff")
    security.set_as_security_message()
    for message in ("plain text", described_message(), security, Message("")):
        if output is None:
            client.send_message(message)
        else:
            client.send_message_to_output(message, output)


def repeat_input(client, messages):
    message = messages.next()
    repeated = Message(message.data, message.message_id)
    sender = message.custom_properties.pop("$.cdid")
    repeated.custom_properties = {"input": message.input_name, "sender": sender, **message.custom_properties}
    client.send_message(repeated)


if __name__ == "__main__":
    registry, event_loop = open_registry(), EventLoop()
    for way in WAYS:
        clients = Clients(way, event_loop, host_name())
        device = create_or_get_device(registry, str(way).replace(" ", "-"))
        module = create_or_get_module(registry, device.device_id, "module")
        send(clients.device(device, product_info="dtmi:com:example:Thermostat;1"))
        module_client, messages = clients.module(module), Received()
        send(module_client, "alarms & more")
        module_client.on_message_received = messages
        repeat_input(module_client, messages)
        clients.close()
    event_loop.close()
