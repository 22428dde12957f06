"""The parts of a back end that azure-iot-hub does not have: messages to devices over HTTPS and SAS tokens."""

import os

import requests
from azure.iot.hub.sastoken import SasToken

from create_module import host_name, service_connection_string

API_VERSION = "2021-04-12"


def connection_string_of(policy):
    """Returns the connection string of a policy. The policies of the emulator have the same key."""
    return service_connection_string().replace(
        "SharedAccessKeyName=iothubowner", "SharedAccessKeyName=" + policy
    )


def fields_of(connection_string):
    return dict(field.split("=", 1) for field in connection_string.split(";"))


def service_token(policy="iothubowner", ttl=3600):
    key = fields_of(service_connection_string())["SharedAccessKey"]
    return str(SasToken(host_name(), key, policy, ttl))


def client_token(identity, key=None, ttl=3600):
    """Returns a SAS token of a device or module. Default key: its primary key."""
    module_id = getattr(identity, "module_id", None)
    resource = "{}/devices/{}".format(host_name(), identity.device_id)
    if module_id is not None:
        resource += "/modules/" + module_id
    return str(SasToken(resource, key or identity.authentication.symmetric_key.primary_key, ttl=ttl))


def send_to_device(device_id, body, token=None, **properties):
    """
    Sends a cloud-to-device message as Azure IoT Explorer does. Returns the status and the error code or None.
    `ack="full"` becomes the header `iothub-ack`, `app_color="red"` the header `iothub-app-color`.
    """
    headers = {"iothub-" + name.replace("_", "-"): value for name, value in properties.items()}
    response = requests.post(
        "https://{}/devices/{}/messages/deviceBound".format(host_name(), device_id),
        params={"api-version": API_VERSION},
        headers={"Authorization": token or service_token(), **headers},
        data=body,
        verify=os.environ["REQUESTS_CA_BUNDLE"],
    )
    return response.status_code, response.headers.get("iothub-errorcode")
