"""Twins of device and module clients."""

import pytest
from azure.iot.hub.models import Twin, TwinProperties

from refusals import client_refused
from waiting import Received


@pytest.fixture(params=["device", "module"])
def connected(request, clients, registry):
    """Returns a connected client and access to its twin from the service."""
    identity = request.getfixturevalue(request.param)
    client = getattr(clients, request.param)(identity)
    client.connect()
    return client, BackEndTwin(registry, identity)


class BackEndTwin:
    def __init__(self, registry, identity):
        names = (identity.device_id,)
        get, update, replace = registry.get_twin, registry.update_twin, registry.replace_twin
        if getattr(identity, "module_id", None) is not None:
            names = (identity.device_id, identity.module_id)
            get, update = registry.get_module_twin, registry.update_module_twin
            replace = registry.replace_module_twin
        self.reported = lambda: get(*names).properties.reported
        self.update = lambda **desired: update(*names, twin_of(desired))
        self.replace = lambda **desired: replace(*names, twin_of(desired))
        self.tag = lambda **tags: update(*names, Twin(tags=tags))


def twin_of(desired):
    return Twin(properties=TwinProperties(desired=desired))


def test_returns_desired_and_reported_properties_only(connected):
    client, twin = connected
    assert client.get_twin() == {"desired": {"$version": 1}, "reported": {"$version": 1}}
    twin.tag(floor=2)
    twin.update(interval=5)
    client.patch_twin_reported_properties({"battery": {"level": 80}})
    assert client.get_twin() == {
        "desired": {"interval": 5, "$version": 2},
        "reported": {"battery": {"level": 80}, "$version": 2},
    }


def test_merges_reported_properties(connected):
    client, twin = connected
    client.patch_twin_reported_properties({"battery": {"level": 80, "state": "ok"}, "name": "Grüße"})
    client.patch_twin_reported_properties({"battery": {"level": 79, "state": None}, "gone": None})
    reported = twin.reported()
    assert (reported["battery"], reported["name"]) == ({"level": 79}, "Grüße")
    assert reported["$version"] == 3 and "gone" not in reported


@pytest.mark.parametrize(
    "patch, status",
    [
        ({"$name": 1}, 400),
        ({"text": "x" * 4097}, 400),
        ({"n{}".format(number): "x" * 4000 for number in range(9)}, 403),
        ([1, 2], 400),
    ],
    ids=["reserved name", "long value", "over 32 KB", "no object"],
)
def test_refuses_invalid_reported_properties(connected, patch, status):
    client, twin = connected
    with client_refused("status {}".format(status)):
        client.patch_twin_reported_properties(patch)
    client.patch_twin_reported_properties({"valid": True})
    assert twin.reported()["valid"] is True


def test_delivers_patches_of_desired_properties(connected):
    client, twin = connected
    patches = Received()
    client.on_twin_desired_properties_patch_received = patches
    assert client.on_twin_desired_properties_patch_received is patches
    twin.update(interval=5, alarm={"level": 1})
    assert patches.next() == {"interval": 5, "alarm": {"level": 1}, "$version": 2}
    twin.update(alarm=None)
    assert patches.next() == {"alarm": None, "$version": 3}
    twin.tag(floor=2)
    twin.replace(unit="s")
    replaced = patches.next()
    assert (replaced["unit"], replaced["$version"]) == ("s", 4)


def test_delivers_changes_made_while_the_client_was_disconnected(connected):
    client, twin = connected
    # The hub does not send the patch again: the SDK gets the twin and compares the versions. The SDK receives
    # this twin only if the program has requested the twin before.
    client.get_twin()
    patches = Received()
    client.on_twin_desired_properties_patch_received = patches
    client.disconnect()
    twin.update(interval=5)
    client.connect()
    assert patches.until(lambda patch: patch["$version"] == 2)["interval"] == 5


def test_delivers_no_patch_after_the_handler_is_removed(connected):
    client, twin = connected
    patches = Received()
    client.on_twin_desired_properties_patch_received = patches
    client.on_twin_desired_properties_patch_received = None
    twin.update(interval=5)
    assert client.get_twin()["desired"]["interval"] == 5
    assert patches.empty()
