import type { HubLifetimeFigures, HubLifetimeLoad } from './load/hub-lifetime-load.ts';
import { runLoad } from './processes.ts';
import { formatMilliseconds, formatSpread, type Report } from './report.ts';
import { median } from './statistics.ts';
import { TARGETS } from './targets.ts';

const COUNT = 50;

/** `startHub()` to the end of its disposal, in one process. */
export async function measureHubLifetime(report: Report): Promise<void> {
  const load: HubLifetimeLoad = { count: COUNT };
  const { first, later } = await runLoad<HubLifetimeFigures>('./load/hub-lifetime-load.ts', load);
  report.heading('startHub() … close() in one process');
  report.line('the first', formatMilliseconds(first));
  report.line(`${COUNT} later ones`, formatSpread(later, formatMilliseconds));
  report.judge(TARGETS.hubLifetime, median(later));
}
