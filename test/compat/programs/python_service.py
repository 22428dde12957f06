"""A back end of any version of azure-iot-hub."""

import os
import time
from datetime import datetime, timezone

from features import expect_equal, run_features, start_node

from azure.iot import hub
from azure.iot.hub.models import CloudToDeviceMethod, QuerySpecification, Twin, TwinProperties

CONNECTION_STRING = os.environ["IOTHUB_CONNECTION_STRING"]
PEER = "compat"


def create(manager):
    """Versions before 2.2 have no from_connection_string."""
    return getattr(manager, "from_connection_string", manager)(CONNECTION_STRING)


registry = create(hub.IoTHubRegistryManager)


def use_identities():
    created = registry.create_device_with_sas("sensor", "", "", "enabled")
    device = registry.get_device("sensor")
    keys = created.authentication.symmetric_key
    expect_equal(device.authentication.symmetric_key.primary_key, keys.primary_key)
    registry.update_device_with_sas(
        "sensor", device.etag, keys.primary_key, keys.secondary_key, "disabled"
    )
    expect_equal(registry.get_device("sensor").status, "disabled")
    expect_equal(sorted(device.device_id for device in registry.get_devices()), [PEER, "sensor"])
    registry.delete_device("sensor")


def use_modules():
    registry.create_module_with_sas(PEER, "logger", "", "", "")
    expect_equal(registry.get_module(PEER, "logger").module_id, "logger")
    twin = Twin(properties=TwinProperties(desired={"interval": 5}))
    registry.update_module_twin(PEER, "logger", twin, "*")
    expect_equal(registry.get_module_twin(PEER, "logger").properties.desired["interval"], 5)
    registry.delete_module(PEER, "logger")


def use_twin():
    twin = registry.get_twin(PEER)
    patch = Twin(tags={"floor": 2}, properties=TwinProperties(desired={"interval": 30}))
    registry.update_twin(PEER, patch, twin.etag)
    patched = registry.update_twin(PEER, Twin(tags={"room": "é"}), "*")
    expect_equal(patched.tags, {"floor": 2, "room": "é"})
    expect_equal(registry.get_twin(PEER).properties.desired["interval"], 30)


def use_query():
    condition = "SELECT * FROM devices WHERE deviceId = '{}'".format(PEER)
    result = registry.query_iot_hub(QuerySpecification(query=condition), None, 10)
    expect_equal([twin.device_id for twin in result.items], [PEER])


def invoke_method():
    peer = start_node("peer-device.mjs")
    try:
        method = CloudToDeviceMethod(
            method_name="echo",
            payload={"n": 1},
            response_timeout_in_seconds=10,
            connect_timeout_in_seconds=10,
        )
        answer = registry.invoke_device_method(PEER, method)
    finally:
        peer.stdin.close()
        peer.wait()
    expect_equal([answer.status, answer.payload], [200, {"echoed": {"n": 1}}])


def run_twin_job():
    jobs = create(hub.IoTHubJobManager)
    request = hub.models.JobRequest(
        job_id="job-1",
        type="scheduleUpdateTwin",
        start_time=datetime.now(timezone.utc).isoformat(),
        max_execution_time_in_seconds=60,
        update_twin=Twin(etag="*", tags={"job": "done"}),
        query_condition="deviceId = '{}'".format(PEER),
    )
    jobs.create_scheduled_job("job-1", request)
    while jobs.get_scheduled_job("job-1").status not in ("completed", "failed", "cancelled"):
        time.sleep(0.05)
    expect_equal(jobs.get_scheduled_job("job-1").status, "completed")
    expect_equal(registry.get_twin(PEER).tags["job"], "done")


def send_message():
    """The only call of the SDK that does not use HTTPS."""
    registry.send_c2d_message(PEER, '{"switch":"on"}')


run_features(
    {
        "identities": use_identities,
        "module": use_modules,
        "twin": use_twin,
        "query": use_query,
        "directMethod": invoke_method,
        "jobs": run_twin_job,
        "cloudToDevice": send_message,
    }
)
