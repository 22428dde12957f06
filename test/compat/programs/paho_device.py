"""A device without SDK, by any version of paho-mqtt since 1.6."""

import base64
import hashlib
import hmac
import json
import os
import queue
import ssl
import time
import urllib.parse

from features import back_end, expect_equal, fields_of, run_features

import paho.mqtt.client as mqtt

WAIT_SECONDS = 10
FIELDS = fields_of(os.environ["IOTHUB_DEVICE_CONNECTION_STRING"])
HOST, DEVICE = FIELDS["HostName"], FIELDS["DeviceId"]


class Device:
    """A connected client whose received packets are in a queue."""

    def __init__(self, transport="tcp", will=None):
        self.packets, self.acknowledged, self.connected = queue.Queue(), queue.Queue(), queue.Queue()
        # Version 2 asks for the form of the callbacks.
        form = [mqtt.CallbackAPIVersion.VERSION2] if hasattr(mqtt, "CallbackAPIVersion") else []
        self.client = mqtt.Client(*form, client_id=DEVICE, transport=transport)
        self.client.username_pw_set("{}/{}/?api-version=2021-04-12".format(HOST, DEVICE), token())
        self.client.tls_set_context(ssl.create_default_context())
        if transport == "websockets":
            self.client.ws_set_options(path="/$iothub/websocket")
        if will is not None:
            self.client.will_set(will, "Offline", qos=1, retain=True)
        self.client.on_connect = lambda *words: self.connected.put(words[3])
        self.client.on_subscribe = lambda *words: self.acknowledged.put(words[2])
        self.client.on_message = lambda _client, _data, packet: self.packets.put(packet)
        # A lost connection would be opened again without end.
        self.client.on_disconnect = lambda *_words: self.acknowledged.put(None)
        self.client.connect(HOST, 443 if transport == "websockets" else 8883)
        self.client.loop_start()
        code = self.connected.get(timeout=WAIT_SECONDS)
        if code != 0:
            raise ConnectionError("CONNACK {}".format(code))

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.client.disconnect()
        self.client.loop_stop()

    def subscribe(self, *filters):
        self.client.subscribe([(name, 1) for name in filters])
        if self.acknowledged.get(timeout=WAIT_SECONDS) is None:
            raise ConnectionError("the connection was closed")

    def publish(self, topic, body="", qos=1):
        message = self.client.publish(topic, body, qos)
        message.wait_for_publish(WAIT_SECONDS)
        if not message.is_published():
            raise ConnectionError("the message was not acknowledged")

    def next_packet(self, prefix):
        end = time.monotonic() + WAIT_SECONDS
        while True:
            packet = self.packets.get(timeout=max(0, end - time.monotonic()))
            if packet.topic.startswith(prefix):
                return packet


def token():
    resource = urllib.parse.quote("{}/devices/{}".format(HOST, DEVICE), safe="")
    expiry = int(time.time()) + 3600
    key = base64.b64decode(FIELDS["SharedAccessKey"])
    digest = hmac.new(key, "{}\n{}".format(resource, expiry).encode(), hashlib.sha256).digest()
    signature = urllib.parse.quote(base64.b64encode(digest), safe="")
    return "SharedAccessSignature sr={}&sig={}&se={}".format(resource, signature, expiry)


def send_telemetry(**options):
    with Device(**options) as device:
        topic = "devices/{}/messages/events/%24.mid=m%201&colour=gr%C3%BCn".format(DEVICE)
        device.publish(topic, '{"temperature": 21.5}')


def receive_message(*filters):
    with Device() as device:
        device.subscribe(*filters)
        back_end("send", {"switch": "on"})()
        packet = device.next_packet("devices/{}/messages/devicebound/".format(DEVICE))
        expect_equal(json.loads(packet.payload), {"switch": "on"})


def answer_method():
    with Device() as device:
        device.subscribe("$iothub/methods/POST/#")
        answer = back_end("invoke", "echo", {"n": 1})
        request = device.next_packet("$iothub/methods/POST/echo/")
        identifier = request.topic[request.topic.index("?") :]
        device.publish("$iothub/methods/res/200/" + identifier, b'{"echoed":' + request.payload + b"}", 0)
        expect_equal(answer(), {"status": 200, "payload": {"echoed": {"n": 1}}})


def use_twin():
    with Device() as device:
        device.subscribe("$iothub/twin/res/#", "$iothub/twin/PATCH/properties/desired/#")
        device.publish("$iothub/twin/GET/?$rid=1", qos=0)
        version = json.loads(device.next_packet("$iothub/twin/res/200/?$rid=1").payload)["desired"]["$version"]
        back_end("patch", {"interval": 30})()
        patch = device.next_packet("$iothub/twin/PATCH/properties/desired/")
        expect_equal(json.loads(patch.payload), {"interval": 30, "$version": version + 1})
        device.publish("$iothub/twin/PATCH/properties/reported/?$rid=2", '{"firmware": "1.2.0"}', 0)
        device.next_packet("$iothub/twin/res/204/?$rid=2")
        expect_equal(back_end("getTwin")()["properties"]["reported"]["firmware"], "1.2.0")


DEVICEBOUND = "devices/{}/messages/devicebound/#".format(DEVICE)

run_features(
    {
        "telemetry": send_telemetry,
        "webSocket": lambda: send_telemetry(transport="websockets"),
        "cloudToDevice": lambda: receive_message(DEVICEBOUND),
        "directMethod": answer_method,
        "twin": use_twin,
        "wildcardFilters": lambda: receive_message("devices/+/messages/devicebound/#"),
        "allTopics": lambda: receive_message("#"),
        "equalFilters": lambda: receive_message(DEVICEBOUND, DEVICEBOUND),
        "foreignWill": lambda: send_telemetry(will="tele/{}/LWT".format(DEVICE)),
    }
)
