"""Access to the service API, and the parts of it that are not supported yet."""

import time

import pytest
from azure.core.credentials import AccessToken
from azure.iot.hub import (
    DigitalTwinClient,
    IoTHubConfigurationManager,
    IoTHubHttpRuntimeManager,
    IoTHubJobManager,
    IoTHubRegistryManager,
)
from azure.iot.hub.models import (
    Configuration,
    ConfigurationContent,
    ConfigurationQueriesTestInput,
    QuerySpecification,
    Twin,
)

from back_end import connection_string_of, fields_of
from create_module import host_name, service_connection_string
from methods import method
from refusals import refused

OTHER_KEY = "b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXkhISE="


class Credential:
    """A token credential as azure-identity provides it."""

    def get_token(self, *scopes, **options):
        assert scopes == ("https://iothubs.azure.net/.default",)
        return AccessToken("a-token", int(time.time()) + 3600)


def test_accepts_an_entra_token(new_id):
    names = (host_name(), Credential())
    device_id = new_id()
    registry = IoTHubRegistryManager.from_token_credential(*names)
    assert registry.create_device_with_sas(device_id, "", "", "enabled").device_id == device_id
    assert IoTHubJobManager.from_token_credential(*names).get_scheduled_job("nothing").status == "unknown"
    assert DigitalTwinClient.from_token_credential(*names).get_digital_twin(device_id)["$dtId"] == device_id
    assert IoTHubHttpRuntimeManager.from_token_credential(*names).receive_feedback_notification() is None
    with refused(501, "FeatureNotSupported"):
        IoTHubConfigurationManager.from_token_credential(*names).get_configurations()


def test_refuses_commands_with_an_entra_token(device):
    client = DigitalTwinClient.from_token_credential(host_name(), Credential())
    with refused(401, "IotHubUnauthorizedAccess"):
        client.invoke_command(device.device_id, "reboot", {})


@pytest.mark.parametrize(
    "field, value",
    [("SharedAccessKey", OTHER_KEY), ("SharedAccessKeyName", "missing")],
    ids=["another key", "unknown policy"],
)
def test_refuses_another_key_or_policy(field, value):
    fields = {**fields_of(service_connection_string()), field: value}
    connection_string = ";".join("=".join(pair) for pair in fields.items())
    for call in (
        lambda: IoTHubRegistryManager.from_connection_string(connection_string).get_device("device"),
        lambda: IoTHubRegistryManager.from_connection_string(connection_string).get_twin("device"),
        lambda: IoTHubJobManager.from_connection_string(connection_string).get_scheduled_job("job"),
        lambda: DigitalTwinClient.from_connection_string(connection_string).get_digital_twin("device"),
        lambda: IoTHubHttpRuntimeManager.from_connection_string(connection_string).receive_feedback_notification(),
        lambda: IoTHubConfigurationManager.from_connection_string(connection_string).get_configurations(),
    ):
        with refused(401, "IotHubUnauthorizedAccess"):
            call()


CALLS = {
    "read a device": ("RegistryRead", lambda registry, id: registry.get_device(id)),
    "read a module": ("RegistryRead", lambda registry, id: registry.get_modules(id)),
    "query": (
        "RegistryRead",
        lambda registry, id: registry.query_iot_hub(QuerySpecification(query="SELECT * FROM devices")),
    ),
    "create a module": (
        "RegistryWrite",
        lambda registry, id: registry.create_module_with_sas(id, "new", None, "", ""),
    ),
    "delete a device": ("RegistryWrite", lambda registry, id: registry.delete_device(id)),
    "read a twin": ("ServiceConnect", lambda registry, id: registry.get_twin(id)),
    "update a twin": ("ServiceConnect", lambda registry, id: registry.update_twin(id, Twin(tags={"a": 1}))),
    "invoke a method": ("ServiceConnect", lambda registry, id: registry.invoke_device_method(id, method())),
}
PERMISSIONS = {
    "registryRead": {"RegistryRead"},
    "registryReadWrite": {"RegistryRead", "RegistryWrite"},
    "service": {"ServiceConnect"},
    "device": {"DeviceConnect"},
}


@pytest.mark.parametrize("policy", PERMISSIONS)
@pytest.mark.parametrize("name", CALLS)
def test_enforces_the_permissions_of_a_policy(device, policy, name):
    needed, call = CALLS[name]
    registry = IoTHubRegistryManager.from_connection_string(connection_string_of(policy))
    if needed not in PERMISSIONS[policy]:
        with refused(401, "IotHubUnauthorizedAccess"):
            call(registry, device.device_id)
    elif name == "invoke a method":
        with refused(404, "DeviceNotOnline"):
            call(registry, device.device_id)
    else:
        call(registry, device.device_id)


def test_refuses_automatic_configurations_as_not_supported():
    manager = IoTHubConfigurationManager.from_connection_string(service_connection_string())
    configuration = Configuration(
        id="all",
        target_condition="*",
        content=ConfigurationContent(device_content={"properties.desired.a": 1}),
    )
    for call in (
        lambda: manager.get_configuration("all"),
        lambda: manager.create_configuration(configuration),
        lambda: manager.update_configuration(configuration, "MQ=="),
        lambda: manager.delete_configuration("all"),
        lambda: manager.get_configurations(10),
        lambda: manager.test_configuration_queries(ConfigurationQueriesTestInput(target_condition="*")),
        lambda: manager.apply_configuration_on_edge_device("edge", ConfigurationContent(modules_content={})),
    ):
        with refused(501, "FeatureNotSupported"):
            call()
