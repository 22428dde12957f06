import type { Checkout } from '../checkouts.ts';
import type { HubLifetimeFigures, HubLifetimeLoad } from '../load/hub-lifetime-load.ts';
import { runOwnLoads } from '../own-loads.ts';
import { formatMilliseconds, formatSpread, type Report } from '../report/report.ts';
import { median, medianOf } from '../report/statistics.ts';
import { TARGETS } from '../report/targets.ts';

const COUNT = 50;

/** `startHub()` to the end of its disposal, in one process. */
export async function measureHubLifetime(report: Report, checkouts: readonly Checkout[]): Promise<void> {
  const load: HubLifetimeLoad = { count: COUNT };
  const turns = await runOwnLoads<HubLifetimeFigures>(checkouts, 'load/hub-lifetime-load.ts', load);
  report.heading('startHub() … close() in one process');
  report.rounds(turns);
  for (const [name, figures] of Object.entries(turns.samples)) {
    const firsts = figures.map(({ first }) => first);
    const laters = figures.flatMap(({ later }) => later);
    report.line(`${name}, the first`, formatSpread(firsts, formatMilliseconds));
    report.line(`${name}, ${COUNT} later ones`, formatSpread(laters, formatMilliseconds));
  }
  report.costAgainstBefore('the first', turns.samples, ({ first }) => first);
  report.costAgainstBefore('later', turns.samples, ({ later }) => median(later));
  report.judge(
    TARGETS.hubLifetime,
    medianOf(turns.samples['emulator'], ({ later }) => median(later)),
  );
}
