"""Connects as a module and receives a patch of its desired properties, by the handler or by the blocking call."""

import json
import queue
import sys
import time

from azure.iot.device import IoTHubModuleClient, X509

from create_module import (
    DEVICE_ID,
    MODULE_ID,
    create_or_get_device,
    create_or_get_module,
    create_or_get_x509_module,
    host_name,
    module_connection_string,
    open_registry,
)
from update_module_twin import update_desired_properties

DEADLINE_SECONDS = 20


def receive_by_handler(client, update):
    patches = queue.Queue()
    # Setting the handler subscribes and returns after the hub has confirmed it.
    client.on_twin_desired_properties_patch_received = patches.put
    update()
    return patches.get(timeout=DEADLINE_SECONDS)


def receive_by_call(client, update):
    # The first call subscribes. It does not block, because no patch has been sent yet.
    assert client.receive_twin_desired_properties_patch(block=False) is None
    update()
    return client.receive_twin_desired_properties_patch(timeout=DEADLINE_SECONDS)


WAYS = {"handler": receive_by_handler, "call": receive_by_call}


def connect_module(registry, certificate):
    if certificate is None:
        module = create_or_get_module(registry)
        return module, IoTHubModuleClient.create_from_connection_string(module_connection_string(module))
    certificate_file, key_file, thumbprint = certificate
    module = create_or_get_x509_module(registry, MODULE_ID + "-x509", thumbprint)
    client = IoTHubModuleClient.create_from_x509_certificate(
        X509(cert_file=certificate_file, key_file=key_file), host_name(), DEVICE_ID, module.module_id
    )
    return module, client


if __name__ == "__main__":
    way, certificate = sys.argv[1], sys.argv[2:5] or None
    registry = open_registry()
    create_or_get_device(registry)
    module, client = connect_module(registry, certificate)
    client.connect()
    desired = {"receivedBy": way, "requestedAt": time.time()}
    patch = WAYS[way](client, lambda: update_desired_properties(registry, module, desired))
    assert patch["receivedBy"] == way and patch["requestedAt"] == desired["requestedAt"], patch
    client.shutdown()
    print("patch", json.dumps(patch))
