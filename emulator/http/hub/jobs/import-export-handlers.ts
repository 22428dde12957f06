import { failed, type Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerJson } from '../../wire/answers.ts';
import type { HttpRequest } from '../../wire/route.ts';

/** Lists no job, because the hub refuses to create import and export jobs. Scheduled jobs are listed elsewhere. */
export function listImportExportJobs(): Result<Answer> {
  return answerJson([]);
}

/** Finds no job. Clients look an id up here if it is not that of a scheduled job. */
export function findImportExportJob(_hub: Hub, { parameters }: HttpRequest): Result<Answer> {
  const { jobId = '' } = parameters;
  return failed('JobNotFound', `There is no job '${jobId.slice(0, 64)}'.`);
}
