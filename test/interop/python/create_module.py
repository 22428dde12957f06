"""Creates a device and a module, or gets the existing ones, and shows their keys."""

import os

from azure.iot.hub import IoTHubRegistryManager
from msrest.exceptions import HttpOperationError

DEVICE_ID = os.environ.get("SCENARIO_DEVICE_ID", "python-device")
MODULE_ID = os.environ.get("SCENARIO_MODULE_ID", "python-module")


def service_connection_string():
    return os.environ["IOTHUB_CONNECTION_STRING"]


def open_registry():
    return IoTHubRegistryManager.from_connection_string(service_connection_string())


def host_name():
    fields = dict(field.split("=", 1) for field in service_connection_string().split(";"))
    return fields["HostName"]


def create_or_get(create, get):
    try:
        return create()
    except HttpOperationError as error:
        if error.response.status_code != 409:
            raise
        return get()


def create_or_get_device(registry, device_id=DEVICE_ID):
    return create_or_get(
        lambda: registry.create_device_with_sas(device_id, "", "", "enabled"),
        lambda: registry.get_device(device_id),
    )


def create_or_get_module(registry, device_id=DEVICE_ID, module_id=MODULE_ID):
    return create_or_get(
        lambda: registry.create_module_with_sas(device_id, module_id, None, "", ""),
        lambda: registry.get_module(device_id, module_id),
    )


def create_or_get_x509_module(registry, module_id, thumbprint, device_id=DEVICE_ID):
    return create_or_get(
        lambda: registry.create_module_with_x509(device_id, module_id, None, thumbprint, thumbprint),
        lambda: registry.get_module(device_id, module_id),
    )


def module_connection_string(module):
    key = module.authentication.symmetric_key.primary_key
    return "HostName={};DeviceId={};ModuleId={};SharedAccessKey={}".format(
        host_name(), module.device_id, module.module_id, key
    )


if __name__ == "__main__":
    registry = open_registry()
    device = create_or_get_device(registry)
    print("device", device.device_id, device.authentication.symmetric_key.primary_key)
    module = create_or_get_module(registry)
    print("module", module.module_id, module.authentication.symmetric_key.primary_key)
