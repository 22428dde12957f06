import type { WindowFigures } from './load/measured-window.ts';
import { median, medianOf } from './statistics.ts';
import type { Target } from './targets.ts';
import type { Turns } from './turns.ts';

/** Prints what was measured, and remembers which targets were met. */
export interface Report {
  heading(title: string): void;
  /** One line below the heading. */
  line(name: string, text: string): void;
  /** Rate and costs of contestants, a line each. */
  contestants(samples: Readonly<Record<string, readonly WindowFigures[]>>): void;
  /** One contestant's rate as a multiple of another's, and likewise what each thing cost it; judged where there is a target. */
  compare(
    samples: Readonly<Record<string, readonly WindowFigures[]>>,
    ours: string,
    theirs: string,
    target?: Target,
  ): void;
  /** A figure that has a target, with the target beside it. */
  judge(target: Target, value: number): void;
  /** How quiet the machine was while the contestants ran. */
  rounds(turns: Turns<string, unknown>): void;
  /** All targets that were looked at. */
  summary(): void;
}

export function createReport(print: (line: string) => void = console.log): Report {
  const judged: { readonly target: Target; readonly value: number }[] = [];
  const line = (name: string, text: string) => print(`  ${name.padEnd(36)} ${text}`);
  const judge = (target: Target, value: number) => {
    judged.push({ target, value });
    print(`  → ${formatVerdict(target, value)}`);
  };
  return {
    heading: (title) => print(`\n${title}`),
    line,
    contestants: (samples) => {
      for (const [name, figures] of Object.entries(samples)) line(name, formatSamples(figures));
    },
    compare: (samples, ours, theirs, target) => {
      if (samples[theirs] === undefined) return line(theirs, 'not installed');
      const rate = ratioOf(samples[ours], samples[theirs], (sample) => sample.perSecond);
      const cost = ratioOf(samples[ours], samples[theirs], (sample) => sample.serverMicroseconds);
      line(`${ours} / ${theirs}`, `${rate.toFixed(2)}, processor ${cost.toFixed(2)}`);
      if (target !== undefined) judge(target, rate);
    },
    judge,
    rounds: ({ rounds, discardedRounds, othersShare }) => {
      const share = (othersShare * 100).toFixed(0);
      const discarded = discardedRounds === 0 ? '' : `, ${discardedRounds} noisy rounds discarded`;
      print(
        `  (median of ${rounds} rounds; other programs took up to ${share} % of the machine${discarded})`,
      );
    },
    summary: () => {
      if (judged.length === 0) return;
      print('\nTargets');
      for (const { target, value } of judged) print(`  ${target.number}. ${formatVerdict(target, value)}`);
    },
  };
}

/** Median with least and greatest value. */
export function formatSpread(values: readonly number[], format: (value: number) => string): string {
  return `${format(median(values))} (${format(Math.min(...values))}–${format(Math.max(...values))})`;
}

export function formatRate(value: number): string {
  return `${Math.round(value).toLocaleString('en')}/s`;
}

export function formatMilliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

function formatSamples(samples: readonly WindowFigures[]): string {
  const rates = samples.map((sample) => sample.perSecond);
  const server = medianOf(samples, (sample) => sample.serverMicroseconds).toFixed(1);
  const load = medianOf(samples, (sample) => sample.loadMicroseconds).toFixed(1);
  return `${formatSpread(rates, formatRate)}, processor ${server} µs each, the load's ${load} µs`;
}

function ratioOf(
  ours: readonly WindowFigures[] | undefined,
  theirs: readonly WindowFigures[],
  read: (sample: WindowFigures) => number,
): number {
  return medianOf(ours, read) / medianOf(theirs, read);
}

function formatVerdict(target: Target, value: number): string {
  const unit = target.unit === undefined ? '' : ` ${target.unit}`;
  const isMet = target.bound === 'at least' ? value >= target.value : value <= target.value;
  const shown = value.toFixed(target.unit === undefined ? 2 : 1);
  return `${target.title}: ${shown}${unit}, target ${target.bound} ${target.value}${unit}: ${isMet ? 'met' : 'MISSED'}`;
}
