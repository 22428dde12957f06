import type { Checkout } from '../checkouts.ts';
import type { QueryFigure, QueryFigures, QueryLoad } from '../load/query-load.ts';
import { runOwnLoads } from '../own-loads.ts';
import { formatMilliseconds, type Report } from '../report/report.ts';
import { median, medianOf } from '../report/statistics.ts';
import { TARGETS } from '../report/targets.ts';

/** The query whose time has a target: it looks at every twin and matches few. */
const SELECTIVE = 'tag and reported';
const BYTES_PER_TWIN = 5000;

/** Queries over many twins, a full scan each; beside the same condition as a hand-written loop. */
export async function measureQueries(
  report: Report,
  checkouts: readonly Checkout[],
  twinCounts: readonly number[],
): Promise<void> {
  for (const twinCount of twinCounts) {
    report.heading(`Queries over ${twinCount.toLocaleString('en')} twins`);
    if (process.availableMemory() < twinCount * BYTES_PER_TWIN)
      report.line('NOT MEASURED', 'there is too little free memory');
    else await measureCount(report, checkouts, twinCount);
  }
}

async function measureCount(
  report: Report,
  checkouts: readonly Checkout[],
  twinCount: number,
): Promise<void> {
  const load: QueryLoad = { twinCount, runs: 7 };
  const heap = `--max-old-space-size=${Math.ceil((twinCount * BYTES_PER_TWIN) / 1024 / 1024) + 1024}`;
  const turns = await runOwnLoads<QueryFigures>(checkouts, 'load/query-load.ts', load, [heap]);
  report.rounds(turns);
  for (const title of titlesOf(turns.samples)) {
    const samples = samplesOf(turns.samples, title);
    for (const [name, figures] of Object.entries(samples))
      report.line(`${name}, ${title}`, formatFigures(figures));
    report.costAgainstBefore(title, samples, ({ medianMilliseconds }) => medianMilliseconds);
    const target = { 100000: TARGETS.queries, 1000000: TARGETS.manyQueries }[twinCount];
    if (title !== SELECTIVE || target === undefined) continue;
    report.judge(
      target,
      medianOf(samples['emulator'], ({ medianMilliseconds }) => medianMilliseconds),
    );
  }
}

function titlesOf(samples: Readonly<Record<string, readonly QueryFigures[]>>): readonly string[] {
  return samples['emulator']?.[0]?.figures.map(({ title }) => title) ?? [];
}

/** Returns the figures of one query, by the name of the contestant. */
function samplesOf(
  samples: Readonly<Record<string, readonly QueryFigures[]>>,
  title: string,
): Readonly<Record<string, readonly QueryFigure[]>> {
  const ofTitle = (runs: readonly QueryFigures[]) =>
    runs.flatMap(({ figures }) => figures.filter((figure) => figure.title === title));
  return Object.fromEntries(Object.entries(samples).map(([name, runs]) => [name, ofTitle(runs)]));
}

function formatFigures(figures: readonly QueryFigure[]): string {
  const times = figures.map(({ medianMilliseconds }) => medianMilliseconds);
  const fastest = Math.min(...figures.map(({ fastestMilliseconds }) => fastestMilliseconds));
  const slowest = Math.max(...figures.map(({ slowestMilliseconds }) => slowestMilliseconds));
  const byHand = medianOf(figures, ({ byHandMilliseconds }) => byHandMilliseconds ?? Number.NaN);
  const range = `${formatMilliseconds(fastest)}–${formatMilliseconds(slowest)}`;
  const ratio = Number.isNaN(byHand) ? '' : `, ${(median(times) / byHand).toFixed(1)} × a hand-written loop`;
  return `${formatMilliseconds(median(times))} (${range})${ratio}, ${figures[0]?.itemCount} items`;
}
