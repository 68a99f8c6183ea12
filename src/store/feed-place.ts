// How far one subscriber of all plans has come: what it was told already is not told again, and what it lost begins there.
import type { GapItem, LiveChange } from './feed-subscriber.ts';

export interface Place {
  readonly revision: number;
  /** Plans whose change at this very revision it has been told; none: all that there were. */
  readonly told: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();
/** Before everything. */
export const BEGINNING: Place = { revision: 0, told: NOTHING };

/** Everything up to the revision was told. */
export function placeAt(revision: number): Place {
  return { revision, told: NOTHING };
}

export class Told {
  #place: Place;
  /** What comes live up to this revision was read before. */
  #floor: number;

  /** `since`: revision behind which it begins. `floor`: see there. */
  constructor(since: number, floor: number) {
    this.#place = placeAt(since);
    this.#floor = floor;
  }

  get place(): Place {
    return this.#place;
  }

  /** What is read in place of history; what is live and no newer is left out afterwards. */
  async *reading(items: AsyncIterable<LiveChange | GapItem>): AsyncGenerator<LiveChange | GapItem> {
    for await (const item of items) {
      this.#floor = 'gap' in item ? 0 : item.revision;
      yield this.#note(item);
    }
  }

  /** What comes live: the item itself, or nothing when it was told. */
  *live(item: LiveChange | GapItem): Generator<LiveChange | GapItem> {
    if ('gap' in item) this.#floor = 0;
    else if (item.revision <= this.#floor) return;
    yield this.#note(item);
  }

  #note(item: LiveChange | GapItem): LiveChange | GapItem {
    this.#place = placeAfter(this.#place, item);
    return item;
  }
}

function placeAfter(before: Place, item: LiveChange | GapItem): Place {
  if ('gap' in item) return placeAt(item.gap.position.revision);
  const { revision, planId } = item;
  // The changes of one write come one by one, and reading may begin among them.
  return { revision, told: new Set(before.revision === revision ? [...before.told, planId] : [planId]) };
}
