"""Clients of azure.iot.device.aio in coroutines, over both transports."""

import asyncio

import pytest
from azure.iot.device import Message, MethodResponse
from azure.iot.device.aio import IoTHubDeviceClient, IoTHubModuleClient
from azure.iot.device.exceptions import CredentialError
from azure.iot.hub.models import Twin, TwinProperties

from back_end import send_to_device
from clients import WAYS, Clients
from create_module import host_name
from methods import invoke, method
from waiting import DEADLINE_SECONDS


@pytest.fixture(params=[False, True], ids=["over MQTT", "over WebSocket"])
def program(request, event_loop):
    """Runs a coroutine with a function that creates clients, then shuts the clients down."""
    names = Clients(WAYS[0], event_loop, host_name())

    async def run(main):
        clients = []

        def make(identity):
            kind = IoTHubModuleClient if getattr(identity, "module_id", None) else IoTHubDeviceClient
            client = kind.create_from_connection_string(names.string_of(identity), websockets=request.param)
            clients.append(client)
            return client

        try:
            return await asyncio.wait_for(main(make), DEADLINE_SECONDS)
        finally:
            await asyncio.gather(*(client.shutdown() for client in clients))

    return lambda main: asyncio.run(run(main))


def in_thread(call, *arguments):
    """Runs a blocking call of azure-iot-hub on a thread, so that it does not block the coroutine."""
    return asyncio.get_running_loop().run_in_executor(None, call, *arguments)


def desired(**properties):
    return Twin(properties=TwinProperties(desired=properties))


def test_runs_operations_concurrently(program, registry, device, module):
    async def main(make):
        clients = [make(device), make(module)]
        await asyncio.gather(*(client.connect() for client in clients))
        sends = [client.send_message(Message(str(number))) for client in clients for number in range(50)]
        outputs = [clients[1].send_message_to_output("text", "alarms") for _ in range(50)]
        reports = [client.patch_twin_reported_properties({"name": "x"}) for client in clients]
        await asyncio.gather(*sends, *outputs, *reports)
        return [await client.get_twin() for client in clients]

    for twin in program(main):
        assert twin["reported"] == {"name": "x", "$version": 2}


def test_calls_coroutine_handlers(program, registry, device):
    async def main(make):
        client, loop = make(device), asyncio.get_running_loop()
        received = asyncio.Queue()

        async def put(value):
            loop.call_soon_threadsafe(received.put_nowait, value)

        async def answer(request):
            await client.send_method_response(MethodResponse.create_from_method_request(request, 200, "done"))

        client.on_message_received = put
        client.on_twin_desired_properties_patch_received = put
        client.on_method_request_received = answer
        await in_thread(send_to_device, device.device_id, "hello")
        assert (await received.get()).data == b"hello"
        await in_thread(registry.update_twin, device.device_id, desired(interval=5))
        assert await received.get() == {"interval": 5, "$version": 2}
        return await in_thread(invoke, registry, device, method())

    assert program(main).payload == "done"


def test_awaits_messages(program, device):
    async def main(make):
        client = make(device)
        pending = asyncio.ensure_future(client.receive_message())
        await in_thread(send_to_device, device.device_id, "hello")
        return await pending

    assert program(main).data == b"hello"


@pytest.mark.parametrize("kind", ["device", "module"])
def test_awaits_method_requests(program, registry, request, kind):
    identity = request.getfixturevalue(kind)

    async def answer(client, pending, name):
        call = in_thread(invoke, registry, identity, method(name, connect=DEADLINE_SECONDS))
        request = await pending
        await client.send_method_response(
            MethodResponse.create_from_method_request(request, 200, request.name)
        )
        return (await call).payload

    async def main(make):
        client = make(identity)
        answers = [await answer(client, client.receive_method_request(), "reboot")]
        # A request that arrives before the program awaits its name goes to a call that awaits any name.
        named = asyncio.ensure_future(client.receive_method_request("blink"))
        await asyncio.sleep(0)
        return answers + [await answer(client, named, "blink")]

    assert program(main) == ["reboot", "blink"]


@pytest.mark.parametrize("kind", ["device", "module"])
def test_awaits_patches_of_desired_properties(program, registry, request, kind):
    identity = request.getfixturevalue(kind)

    def update():
        if kind == "device":
            return registry.update_twin(identity.device_id, desired(interval=5))
        return registry.update_module_twin(identity.device_id, identity.module_id, desired(interval=5))

    async def main(make):
        client = make(identity)
        pending = asyncio.ensure_future(client.receive_twin_desired_properties_patch())
        # The hub sends patches to subscribed clients only. The twin is requested after the subscription.
        await asyncio.sleep(0)
        await client.get_twin()
        await in_thread(update)
        return await pending

    assert program(main) == {"interval": 5, "$version": 2}


def test_awaits_messages_on_an_input(program, module):
    async def main(make):
        client = make(module)
        pending = asyncio.ensure_future(client.receive_message_on_input("commands"))
        # Only IoT Edge sends messages to an input.
        await client.get_twin()
        assert client.connected and not pending.done()
        pending.cancel()

    program(main)


def test_raises_an_error_if_the_hub_refuses(program, registry, device):
    registry.delete_device(device.device_id)

    async def main(make):
        with pytest.raises(CredentialError):
            await make(device).connect()

    program(main)
