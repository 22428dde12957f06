"""The query language with IoTHubRegistryManager."""

import pytest
from azure.iot.hub.models import QuerySpecification, Twin, TwinProperties

from refusals import refused


@pytest.fixture
def run(registry):
    return lambda text, *paging: registry.query_iot_hub(QuerySpecification(query=text), *paging)


@pytest.fixture
def fleet(registry, new_device, new_id):
    """Creates five devices, each with a module. Only this test uses their site."""
    site = new_id("site")
    devices = []
    for floor in range(5):
        device = new_device()
        registry.create_module_with_sas(device.device_id, "sensor", None, "", "")
        properties = TwinProperties(desired={"interval": floor * 10})
        twin = Twin(tags={"site": site, "floor": floor}, properties=properties)
        registry.update_twin(device.device_id, twin)
        registry.update_module_twin(device.device_id, "sensor", twin)
        devices.append(device.device_id)
    return site, devices


def test_finds_twins(run, fleet):
    site, devices = fleet
    result = run(
        "SELECT * FROM devices WHERE tags.site = '{}' AND properties.desired.interval >= 20".format(site)
    )
    assert (result.type, result.continuation_token) == ("Twin", None)
    assert [twin.device_id for twin in result.items] == devices[2:]
    twin = result.items[0]
    assert isinstance(twin, Twin) and twin.tags["floor"] == 2
    assert (twin.status, twin.authentication_type) == ("enabled", "sas")
    assert twin.properties.desired["interval"] == 20


def test_finds_module_twins(run, fleet):
    site, devices = fleet
    result = run("SELECT * FROM devices.modules WHERE tags.site = '{}' AND tags.floor < 2".format(site))
    assert result.type == "Twin"
    assert [(twin.device_id, twin.module_id) for twin in result.items] == [
        (id, "sensor") for id in devices[:2]
    ]


def test_returns_projections_and_counts(run, fleet):
    site, devices = fleet
    names = run("SELECT deviceId, tags.floor AS level FROM devices WHERE tags.site = '{}'".format(site))
    assert names.type == "Raw"
    # The SDK parses every row as a twin. Members that a twin does not have are additional properties.
    assert [(row.device_id, row.additional_properties) for row in names.items] == [
        (id, {"level": floor}) for floor, id in enumerate(devices)
    ]
    count = run("SELECT COUNT() AS total FROM devices WHERE tags.site = '{}'".format(site))
    assert (count.type, count.items[0].additional_properties) == ("Raw", {"total": 5})


def test_returns_pages(run, fleet):
    site, devices = fleet
    text = "SELECT * FROM devices WHERE tags.site = '{}'".format(site)
    pages, token = [], None
    while token is not None or not pages:
        page = run(text, token, 2)
        pages.append([twin.device_id for twin in page.items])
        token = page.continuation_token
    assert pages == [devices[0:2], devices[2:4], devices[4:]]


def test_returns_an_empty_result(run):
    result = run("SELECT * FROM devices WHERE tags.site = 'nowhere'")
    assert (result.type, result.items, result.continuation_token) == ("Twin", [], None)


@pytest.mark.parametrize(
    "text", ["SELECT", "SELECT * FROM nothing", "SELECT * FROM devices WHERE tags.site = "]
)
def test_refuses_an_invalid_query(run, text):
    with refused(400, "ArgumentInvalid"):
        run(text)


def test_refuses_an_invalid_continuation_token(run):
    with refused(400, "ArgumentInvalid"):
        run("SELECT * FROM devices", "nonsense")
