import type { Result } from '../domain/result.ts';
import type { Hub } from '../hub/hub.ts';
import { type Answer, answerJson } from './answers.ts';

export function getServiceStatistics(hub: Hub): Result<Answer> {
  return answerJson({ connectedDeviceCount: hub.clients.connectedDeviceCount() });
}
