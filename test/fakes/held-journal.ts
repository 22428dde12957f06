import type { Journal } from '../../emulator/hub/ports.ts';

/** A journal on which nothing is kept until the test says so. */
export class HeldJournal implements Journal {
  readonly #groups: { readonly kept: Promise<void>; resolve(): void; reject(error: Error): void }[] = [];
  #isHolding = false;

  /** From now on each call of `kept` begins a group of its own. */
  hold(): void {
    this.#isHolding = true;
  }

  kept(): Promise<void> | undefined {
    if (!this.#isHolding) return undefined;
    let settle = { resolve: () => {}, reject: (_error: Error) => {} };
    const kept = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    this.#groups.push({ kept, ...settle });
    return kept;
  }

  /** The number of groups that began. */
  get groupCount(): number {
    return this.#groups.length;
  }

  /** Keeps the group with this index, in the order in which the groups began. */
  keep(index: number): void {
    this.#groups[index]?.resolve();
  }

  fail(index: number, error: Error): void {
    this.#groups[index]?.reject(error);
  }
}
