"""Direct methods of the service and of clients."""

from functools import partial

from azure.iot.device import MethodResponse
from azure.iot.hub.models import CloudToDeviceMethod

from clients import BlockingAdapter


def method(name="reboot", payload=None, response=None, connect=None):
    return CloudToDeviceMethod(
        method_name=name,
        payload=payload,
        response_timeout_in_seconds=response,
        connect_timeout_in_seconds=connect,
    )


def invoke(registry, identity, call):
    module_id = getattr(identity, "module_id", None)
    if module_id is None:
        return registry.invoke_device_method(identity.device_id, call)
    return registry.invoke_device_module_method(identity.device_id, module_id, call)


def answer_methods(client, status=200, payload=None, requests=lambda request: None):
    """Makes a client answer every method in the same way. Returns after the hub has confirmed the subscription."""

    def respond(sdk_client, request):
        requests(request)
        response = MethodResponse.create_from_method_request(request, status, payload)
        return sdk_client.send_method_response(response)

    async def respond_async(request):
        await respond(client.client, request)

    is_blocking = not isinstance(client, BlockingAdapter)
    client.on_method_request_received = partial(respond, client) if is_blocking else respond_async
