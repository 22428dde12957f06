"""Twins of devices and modules with IoTHubRegistryManager."""

import pytest
from azure.iot.hub.models import Twin, TwinProperties

from refusals import refused


class TwinOfDevice:
    def __init__(self, registry, module):
        names = (module.device_id,)
        self.get = lambda: registry.get_twin(*names)
        self.update = lambda *change: registry.update_twin(*names, *change)
        self.replace = lambda *change: registry.replace_twin(*names, *change)


class TwinOfModule:
    def __init__(self, registry, module):
        names = (module.device_id, module.module_id)
        self.get = lambda: registry.get_module_twin(*names)
        self.update = lambda *change: registry.update_module_twin(*names, *change)
        self.replace = lambda *change: registry.replace_module_twin(*names, *change)


@pytest.fixture(params=[TwinOfDevice, TwinOfModule])
def twin(request, registry, module):
    return request.param(registry, module)


def desired(**properties):
    return Twin(properties=TwinProperties(desired=properties))


def without_metadata(properties):
    return {name: value for name, value in properties.items() if name != "$metadata"}


def test_exists_as_soon_as_its_identity(twin, module):
    read = twin.get()
    assert (read.device_id, read.status, read.connection_state) == (
        module.device_id,
        "enabled",
        "Disconnected",
    )
    assert (read.version, read.tags, read.authentication_type) == (2, None, "sas")
    assert without_metadata(read.properties.desired) == {"$version": 1}
    assert without_metadata(read.properties.reported) == {"$version": 1}
    assert read.etag == "AAAAAAAAAAE="


def test_merges_a_patch_into_tags_and_desired_properties(twin):
    twin.update(Twin(tags={"floor": 2, "room": {"name": "kitchen"}}))
    updated = twin.update(
        Twin(
            tags={"floor": None, "room": {"size": 20}},
            properties=TwinProperties(desired={"interval": 5, "alarm": {"level": 1}}),
        )
    )
    assert updated.tags == {"room": {"name": "kitchen", "size": 20}}
    assert without_metadata(updated.properties.desired) == {
        "interval": 5,
        "alarm": {"level": 1},
        "$version": 2,
    }
    assert "$lastUpdated" in updated.properties.desired["$metadata"]["alarm"]["level"]
    again = twin.update(desired(alarm=None))
    assert without_metadata(again.properties.desired) == {"interval": 5, "$version": 3}
    assert twin.get().etag == again.etag


def test_replaces_tags_and_desired_properties(twin):
    twin.update(Twin(tags={"floor": 2}, properties=TwinProperties(desired={"interval": 5, "unit": "s"})))
    replaced = twin.replace(Twin(tags={"room": "kitchen"}, properties=TwinProperties(desired={"unit": "ms"})))
    assert replaced.tags == {"room": "kitchen"}
    assert without_metadata(replaced.properties.desired) == {"unit": "ms", "$version": 3}
    with refused(400, "ArgumentInvalid"):
        twin.replace(desired(unit=None))


def test_refuses_an_update_with_an_outdated_etag(twin):
    before = twin.get()
    after = twin.update(desired(interval=5), before.etag)
    assert after.etag != before.etag
    for change in (twin.update, twin.replace):
        with refused(412, "PreconditionFailed"):
            change(desired(interval=6), before.etag)
    assert twin.replace(desired(interval=7), after.etag).properties.desired["interval"] == 7
    assert twin.update(desired(interval=8)).properties.desired["interval"] == 8


@pytest.mark.parametrize(
    "change, status, code",
    [
        (desired(text="x" * 4097), 400, "ArgumentInvalid"),
        (desired(**{"$name": 1}), 400, "ArgumentInvalid"),
        (desired(**{"a.b": 1}), 400, "ArgumentInvalid"),
        (
            desired(**{"n{}".format(number): "x" * 4000 for number in range(9)}),
            403,
            "DeviceModelMaxPropertiesExceeded",
        ),
        (
            Twin(tags={"n{}".format(number): "x" * 4000 for number in range(3)}),
            403,
            "DeviceModelMaxPropertiesExceeded",
        ),
    ],
    ids=["long value", "reserved name", "name with a dot", "desired over 32 KB", "tags over 8 KB"],
)
def test_refuses_an_invalid_change(twin, change, status, code):
    before = twin.get()
    with refused(status, code):
        twin.update(change)
    assert twin.get().etag == before.etag


def test_refuses_calls_for_a_missing_identity(registry, device):
    for call in (
        lambda: registry.get_twin("missing"),
        lambda: registry.update_twin("missing", desired(interval=1)),
        lambda: registry.replace_twin("missing", desired(interval=1)),
        lambda: registry.get_module_twin(device.device_id, "missing"),
        lambda: registry.update_module_twin(device.device_id, "missing", desired(interval=1)),
        lambda: registry.replace_module_twin("missing", "module", desired(interval=1)),
    ):
        with refused(404, "DeviceNotFound"):
            call()
