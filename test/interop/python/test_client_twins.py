"""Twins as devices and modules see them."""

import pytest
from azure.iot.hub.models import Twin, TwinProperties

from refusals import client_refused
from waiting import Heard


@pytest.fixture(params=["device", "module"])
def connected(request, clients, registry):
    """The client of a device or a module, and the twin as the back end has it."""
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


def test_shows_desired_and_reported_properties_and_nothing_else(connected):
    client, twin = connected
    assert client.get_twin() == {"desired": {"$version": 1}, "reported": {"$version": 1}}
    twin.tag(floor=2)
    twin.update(interval=5)
    client.patch_twin_reported_properties({"battery": {"level": 80}})
    assert client.get_twin() == {
        "desired": {"interval": 5, "$version": 2},
        "reported": {"battery": {"level": 80}, "$version": 2},
    }


def test_merges_what_is_reported(connected):
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
def test_takes_no_report_that_is_not_valid(connected, patch, status):
    client, twin = connected
    with client_refused("status {}".format(status)):
        client.patch_twin_reported_properties(patch)
    client.patch_twin_reported_properties({"valid": True})
    assert twin.reported()["valid"] is True


def test_hands_out_patches_of_desired_properties(connected):
    client, twin = connected
    patches = Heard()
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


def test_hands_out_what_changed_while_the_client_was_away(connected):
    client, twin = connected
    # The hub does not send it again: the SDK asks for the twin and compares the versions. It hears the answer
    # where the program has asked for the twin before.
    client.get_twin()
    patches = Heard()
    client.on_twin_desired_properties_patch_received = patches
    client.disconnect()
    twin.update(interval=5)
    client.connect()
    assert patches.until(lambda patch: patch["$version"] == 2)["interval"] == 5


def test_hands_out_nothing_more_when_nobody_listens(connected):
    client, twin = connected
    patches = Heard()
    client.on_twin_desired_properties_patch_received = patches
    client.on_twin_desired_properties_patch_received = None
    twin.update(interval=5)
    assert client.get_twin()["desired"]["interval"] == 5
    assert patches.empty()
