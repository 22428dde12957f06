import type { Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerJson } from '../../wire/answers.ts';

export function getDeviceStatistics(hub: Hub): Result<Answer> {
  return answerJson(hub.statistics.getDeviceStatistics());
}

export function getServiceStatistics(hub: Hub): Result<Answer> {
  return answerJson(hub.statistics.getServiceStatistics());
}
