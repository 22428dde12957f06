import { parseJobFilter } from '../../../domain/jobs/job-filter.ts';
import { parseJobRequest } from '../../../domain/jobs/job-request.ts';
import type { JsonObject } from '../../../domain/json.ts';
import type { Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerJson } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HttpRequest } from '../../wire/route.ts';
import { answerPage, parsePage } from '../queries/paging-headers.ts';

export function createJob(hub: Hub, { parameters, body }: HttpRequest): Result<Answer> {
  const job = parseJsonBody(body, (value) => parseJobRequest(parameters.jobId ?? '', value));
  return job.ok ? answerJob(hub.jobs.createJob(job.value)) : job;
}

export function getJob(hub: Hub, { parameters }: HttpRequest): Result<Answer> {
  return answerJson(hub.jobs.getJob(parameters.jobId ?? ''));
}

export function cancelJob(hub: Hub, { parameters }: HttpRequest): Result<Answer> {
  return answerJob(hub.jobs.cancelJob(parameters.jobId ?? ''));
}

export function queryJobs(hub: Hub, request: HttpRequest): Result<Answer> {
  const filter = parseJobFilter(request.query.get('jobtype'), request.query.get('jobstatus'));
  if (!filter.ok) return filter;
  const page = hub.jobs.queryJobs(filter.value, parsePage(request));
  return page.ok ? answerPage(page.value, request) : page;
}

function answerJob(job: Result<JsonObject>): Result<Answer> {
  return job.ok ? answerJson(job.value) : job;
}
