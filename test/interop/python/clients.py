"""The four kinds of device and module clients, and clients that are closed at the end of a test."""

import asyncio
import inspect
import threading
from contextlib import suppress
from typing import NamedTuple

from azure.iot import device as blocking
from azure.iot.device import aio
from azure.iot.device.common.pipeline.pipeline_exceptions import PipelineNotRunning

from waiting import DEADLINE_SECONDS


class Way(NamedTuple):
    package: object
    websockets: bool

    def __str__(self):
        name = "asyncio" if self.package is aio else "blocking"
        return name + (" over WebSocket" if self.websockets else " over MQTT")


WAYS = [Way(package, websockets) for package in (blocking, aio) for websockets in (False, True)]


class EventLoop:
    """An event loop on a separate thread."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(DEADLINE_SECONDS)

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(DEADLINE_SECONDS)
        self.loop.close()


class BlockingAdapter:
    """An aio client whose coroutines are run to completion, so that one test covers both kinds of client."""

    def __init__(self, client, event_loop):
        object.__setattr__(self, "client", client)
        object.__setattr__(self, "event_loop", event_loop)

    def __getattr__(self, name):
        member = getattr(self.client, name)
        if isinstance(getattr(type(self.client), name), property):
            return member

        def call(*arguments, **options):
            outcome = member(*arguments, **options)
            return self.event_loop.run(outcome) if inspect.isawaitable(outcome) else outcome

        return call

    def __setattr__(self, name, value):
        setattr(self.client, name, value)


class Clients:
    """Creates clients of one kind. They are closed in reverse order."""

    def __init__(self, way, event_loop, host_name):
        self.way = way
        self.event_loop = event_loop
        self.host_name = host_name
        self.device_class = way.package.IoTHubDeviceClient
        self.module_class = way.package.IoTHubModuleClient
        self.opened = []

    def device(self, identity, **options):
        return self.make(self.device_class.create_from_connection_string, self.string_of(identity), **options)

    def module(self, identity, **options):
        return self.make(self.module_class.create_from_connection_string, self.string_of(identity), **options)

    def make(self, create, *arguments, **options):
        sdk_client = create(*arguments, websockets=self.way.websockets, **options)
        client = BlockingAdapter(sdk_client, self.event_loop) if self.way.package is aio else sdk_client
        self.opened.append(client)
        return client

    def string_of(self, identity, key=None):
        module_id = getattr(identity, "module_id", None)
        fields = {
            "HostName": self.host_name,
            "DeviceId": identity.device_id,
            **({} if module_id is None else {"ModuleId": module_id}),
            "SharedAccessKey": key or key_of(identity),
        }
        return ";".join("{}={}".format(*field) for field in fields.items())

    def close(self):
        for client in reversed(self.opened):
            # Some tests have already shut down their clients.
            with suppress(PipelineNotRunning):
                client.shutdown()


def key_of(identity):
    return identity.authentication.symmetric_key.primary_key
