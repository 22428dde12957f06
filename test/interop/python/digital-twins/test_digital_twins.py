"""Digital twins with DigitalTwinClient and a device that announces its model."""

import pytest

from methods import answer_methods
from refusals import refused
from waiting import Received

MODEL_ID = "dtmi:com:example:TemperatureController;1"


@pytest.fixture
def thermostat(device, blocking_clients):
    """Returns a device with a model. azure-iot-device announces product information that is a model id."""
    client = blocking_clients.device(device, product_info=MODEL_ID)
    client.connect()
    return client


def test_returns_the_model_and_reported_properties(digital_twins, device, thermostat):
    ack = {"value": 21.8, "ac": 200, "av": 1, "ad": "ok"}
    thermostat.patch_twin_reported_properties(
        {"serial": "a-1", "thermostat1": {"__t": "c", "maxTemp": 25.3, "targetTemperature": ack}}
    )
    twin = digital_twins.get_digital_twin(device.device_id)
    assert (twin["$dtId"], twin["$metadata"]["$model"]) == (device.device_id, MODEL_ID)
    assert twin["serial"] == "a-1" and "lastUpdateTime" in twin["$metadata"]["serial"]
    component = twin["thermostat1"]
    assert (component["maxTemp"], component["targetTemperature"]) == (25.3, 21.8)
    acknowledged = component["$metadata"]["targetTemperature"]
    assert (acknowledged["ackCode"], acknowledged["ackVersion"], acknowledged["ackDescription"]) == (
        200,
        1,
        "ok",
    )


def test_updates_properties_and_components(digital_twins, registry, device, thermostat):
    patches = Received()
    thermostat.on_twin_desired_properties_patch_received = patches
    update = [
        {"op": "add", "path": "/interval", "value": 5},
        {"op": "add", "path": "/thermostat1", "value": {"targetTemperature": 21, "$metadata": {}}},
    ]
    assert digital_twins.update_digital_twin(device.device_id, update) is None
    assert patches.next() == {
        "interval": 5,
        "thermostat1": {"__t": "c", "targetTemperature": 21},
        "$version": 2,
    }
    update = [
        {"op": "replace", "path": "/thermostat1/targetTemperature", "value": 22},
        {"op": "remove", "path": "/interval"},
    ]
    digital_twins.update_digital_twin(device.device_id, update)
    desired = registry.get_twin(device.device_id).properties.desired
    assert desired["thermostat1"] == {"__t": "c", "targetTemperature": 22} and "interval" not in desired


def test_refuses_an_update_with_an_outdated_etag(digital_twins, registry, device):
    update = [{"op": "add", "path": "/interval", "value": 5}]
    etag = '"{}"'.format(registry.get_twin(device.device_id).etag)
    digital_twins.update_digital_twin(device.device_id, update, etag)
    with refused(412, "PreconditionFailed"):
        digital_twins.update_digital_twin(device.device_id, update, etag)


@pytest.mark.parametrize(
    "operation, code",
    [
        ({"op": "test", "path": "/interval", "value": 5}, "InvalidDigitalTwinJsonPatch"),
        ({"op": "add", "path": "interval", "value": 5}, "InvalidDigitalTwinPatchPath"),
        ({"op": "add", "path": "/interval", "value": [5]}, "InvalidDigitalTwinPayload"),
        ({"op": "add", "path": "/nothing/interval", "value": 5}, "InvalidDigitalTwinPatch"),
    ],
)
def test_refuses_an_invalid_patch(digital_twins, device, operation, code):
    with refused(400, code):
        digital_twins.update_digital_twin(device.device_id, [operation])


def test_invokes_commands(digital_twins, device, thermostat):
    requests = Received()
    answer_methods(thermostat, 200, {"done": True}, requests)
    assert digital_twins.invoke_command(device.device_id, "reboot", {"delay": 5}) == {"done": True}
    request = requests.next()
    assert (request.name, request.payload) == ("reboot", {"delay": 5})
    result = digital_twins.invoke_component_command(
        device.device_id, "thermostat1", "getReport", "since yesterday", 10, 20
    )
    assert result == {"done": True}
    request = requests.next()
    assert (request.name, request.payload) == ("thermostat1*getReport", "since yesterday")


def test_refuses_a_command_to_an_offline_device(digital_twins, device):
    with refused(404, "DeviceNotOnline"):
        digital_twins.invoke_command(device.device_id, "reboot", {})
    with refused(404, "DeviceNotOnline"):
        digital_twins.invoke_component_command(device.device_id, "thermostat1", "getReport", {})
    with refused(400, "ArgumentInvalid"):
        digital_twins.invoke_command(device.device_id, "reboot", {}, response_timeout_in_seconds=301)


def test_refuses_calls_for_a_missing_identity(digital_twins):
    for call in (
        lambda: digital_twins.get_digital_twin("missing"),
        lambda: digital_twins.update_digital_twin("missing", [{"op": "add", "path": "/interval", "value": 5}]),
        lambda: digital_twins.invoke_command("missing", "reboot", {}),
        lambda: digital_twins.invoke_component_command("missing", "thermostat1", "getReport", {}),
    ):
        with refused(404, "DeviceNotFound"):
            call()
