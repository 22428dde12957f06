import type { QueryFigure, QueryLoad } from './load/query-load.ts';
import { runLoad } from './processes.ts';
import { formatMilliseconds, type Report } from './report.ts';
import { TARGETS } from './targets.ts';

/** The query whose time has a target: it looks at every twin and finds few. */
const SELECTIVE = 'tag and reported';
const BYTES_PER_TWIN = 5000;

/** Queries over so many twins, a full scan each; beside the same condition as a hand-written loop. */
export async function measureQueries(report: Report, twinCounts: readonly number[]): Promise<void> {
  for (const twinCount of twinCounts) {
    report.heading(`Queries over ${twinCount.toLocaleString('en')} twins`);
    if (process.availableMemory() < twinCount * BYTES_PER_TWIN)
      report.line('NOT MEASURED', 'there is too little free memory');
    else await measureCount(report, twinCount);
  }
}

async function measureCount(report: Report, twinCount: number): Promise<void> {
  const load: QueryLoad = { twinCount, runs: 7 };
  const heap = `--max-old-space-size=${Math.ceil((twinCount * BYTES_PER_TWIN) / 1024 / 1024) + 1024}`;
  const answer = await runLoad<{ readonly figures: readonly QueryFigure[] }>('./load/query-load.ts', load, [
    heap,
  ]);
  for (const figure of answer.figures) report.line(figure.title, formatFigure(figure));
  const selective = answer.figures.find((figure) => figure.title === SELECTIVE);
  if (selective === undefined) return;
  const target = { 100000: TARGETS.queries, 1000000: TARGETS.manyQueries }[twinCount];
  if (target !== undefined) report.judge(target, selective.medianMilliseconds);
}

function formatFigure(figure: QueryFigure): string {
  const { medianMilliseconds, fastestMilliseconds, slowestMilliseconds, byHandMilliseconds } = figure;
  const range = `${formatMilliseconds(fastestMilliseconds)}–${formatMilliseconds(slowestMilliseconds)}`;
  const ratio =
    byHandMilliseconds === undefined
      ? ''
      : `, ${(medianMilliseconds / byHandMilliseconds).toFixed(1)} × a hand-written loop`;
  return `${formatMilliseconds(medianMilliseconds)} (${range})${ratio}, ${figure.itemCount} items`;
}
