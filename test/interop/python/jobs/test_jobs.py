"""Scheduled jobs with IoTHubJobManager."""

from datetime import datetime, timedelta, timezone

import pytest
from azure.iot.hub.models import (
    CloudToDeviceMethod,
    JobProperties,
    JobRequest,
    QuerySpecification,
    Twin,
    TwinProperties,
)
from msrest.exceptions import DeserializationError

from methods import answer_methods
from refusals import refused
from waiting import Received, ask_until


def of(device):
    return "deviceId = '{}'".format(device.device_id)


def twin_job(job_id, condition, start_time=None, etag="*"):
    twin = Twin(etag=etag, tags={"updatedBy": job_id}, properties=TwinProperties(desired={"interval": 5}))
    return JobRequest(
        job_id=job_id,
        type="scheduleUpdateTwin",
        update_twin=twin,
        query_condition=condition,
        start_time=start_time,
        max_execution_time_in_seconds=60,
    )


def method_job(job_id, condition):
    return JobRequest(
        job_id=job_id,
        type="scheduleDeviceMethod",
        cloud_to_device_method=CloudToDeviceMethod(method_name="reboot", payload={"delay": 5}),
        query_condition=condition,
        max_execution_time_in_seconds=60,
    )


def in_an_hour():
    return (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat()


def until_ended(jobs, job_id):
    ended = ("completed", "failed", "cancelled")
    return ask_until(lambda: jobs.get_scheduled_job(job_id), lambda job: job.status in ended)


@pytest.fixture
def later_job(jobs, device, new_id):
    """Creates a job that waits for its start time. A hub of the smallest size allows one active job."""
    job_id = new_id("job")
    jobs.create_scheduled_job(job_id, twin_job(job_id, of(device), in_an_hour()))
    yield job_id
    if jobs.get_scheduled_job(job_id).status in ("queued", "scheduled"):
        jobs.cancel_scheduled_job(job_id)


def test_updates_twins(jobs, registry, device, new_id):
    job_id = new_id("job")
    created = jobs.create_scheduled_job(job_id, twin_job(job_id, of(device)))
    assert (created.job_id, created.type, created.status) == (job_id, "scheduleUpdateTwin", "queued")
    job = until_ended(jobs, job_id)
    assert (job.status, job.query_condition, job.failure_reason) == ("completed", of(device), None)
    assert (job.device_job_statistics.device_count, job.device_job_statistics.succeeded_count) == (1, 1)
    assert job.update_twin.etag == "*" and job.created_time <= job.start_time <= job.end_time
    twin = registry.get_twin(device.device_id)
    assert twin.tags == {"updatedBy": job_id} and twin.properties.desired["interval"] == 5


def test_invokes_methods_and_reports_failed_devices(jobs, registry, new_device, new_id, blocking_clients):
    willing, leaving, job_id = new_device(), new_device(), new_id("job")
    requests = Received()
    answer_methods(blocking_clients.device(willing), 202, "done", requests)
    leaving_client, received = blocking_clients.device(leaving), Received()
    leaving_client.on_method_request_received = received
    condition = "deviceId IN ['{}', '{}']".format(willing.device_id, leaving.device_id)
    jobs.create_scheduled_job(job_id, method_job(job_id, condition))
    assert requests.next().payload == received.next().payload == {"delay": 5}
    leaving_client.disconnect()
    statistics = until_ended(jobs, job_id).device_job_statistics
    assert (statistics.device_count, statistics.succeeded_count, statistics.failed_count) == (2, 1, 1)

    query = QuerySpecification(
        query="SELECT * FROM devices.jobs WHERE devices.jobs.jobId = '{}'".format(job_id)
    )
    result = registry.query_iot_hub(query)
    assert result.type == "DeviceJob"
    rows = {row.device_id: row for row in result.items}
    assert (rows[willing.device_id].status, rows[leaving.device_id].status) == ("completed", "failed")
    outcome = rows[willing.device_id].additional_properties["outcome"]
    assert outcome["deviceMethodResponse"] == {"status": 202, "payload": "done"}
    assert rows[leaving.device_id].additional_properties["error"]["code"] == "DeviceConnectionClosedRemotely"


def test_cancels_a_scheduled_job(jobs, later_job):
    ask_until(lambda: jobs.get_scheduled_job(later_job), lambda job: job.status == "scheduled")
    jobs.cancel_scheduled_job(later_job)
    assert until_ended(jobs, later_job).status == "cancelled"
    with refused(405, "OperationNotAllowedInCurrentState"):
        jobs.cancel_scheduled_job(later_job)


def test_returns_unknown_for_a_missing_job(jobs):
    missing = jobs.get_scheduled_job("nothing")
    assert (missing.type, missing.status, missing.job_id) == ("unknown", "unknown", None)
    with refused(404, "JobNotFound"):
        jobs.cancel_scheduled_job("nothing")


def test_refuses_a_duplicate_job_and_a_second_active_job(jobs, device, new_id, later_job):
    with refused(409, "JobAlreadyExists"):
        jobs.create_scheduled_job(later_job, twin_job(later_job, of(device)))
    with refused(429, "ThrottlingMaxActiveJobCountExceeded"):
        jobs.create_scheduled_job("second-job", twin_job("second-job", of(device)))


@pytest.mark.parametrize(
    "change, status, code",
    [
        ({"condition": None}, 400, "ArgumentNull"),
        ({"start_time": "2099-01-01T00:00:00Z"}, 400, "ArgumentInvalid"),
        ({"etag": "AAAAAAAAAAE="}, 400, "ArgumentInvalid"),
    ],
    ids=["no condition", "time too far away", "etag of a twin"],
)
def test_refuses_an_invalid_job(jobs, device, new_id, change, status, code):
    job_id = new_id("job")
    with refused(status, code):
        jobs.create_scheduled_job(job_id, twin_job(job_id, **{"condition": of(device), **change}))


def test_fails_a_job_with_an_invalid_condition(jobs, new_id):
    job_id = new_id("job")
    assert jobs.create_scheduled_job(job_id, twin_job(job_id, "deviceId =")).status == "queued"
    job = until_ended(jobs, job_id)
    assert job.status == "failed" and job.failure_reason.startswith("SQL query parse failed")


@pytest.mark.xfail(
    raises=DeserializationError,
    reason="The hub answers with an array, the SDK expects an object: Azure/azure-iot-sdk-python#859.",
)
def test_lists_scheduled_jobs(jobs):
    jobs.query_scheduled_jobs("scheduleUpdateTwin", "completed")


def test_refuses_to_create_import_and_export_jobs_as_not_supported(jobs):
    with refused(501, "FeatureNotSupported"):
        jobs.create_import_export_job(JobProperties(type="export", output_blob_container_uri="https://x"))


def test_has_no_import_and_export_jobs(jobs):
    assert jobs.get_import_export_jobs() == []
    with refused(404, "JobNotFound"):
        jobs.get_import_export_job("job")
    with refused(404, "JobNotFound"):
        jobs.cancel_import_export_job("job")
