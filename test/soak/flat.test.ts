// The judgement of the soak: what grows steadily is told from what jumps once, and a seed gives the same blows again.
import { describe, expect, it } from 'vitest';
import { FEWEST_SAMPLES, type Sample, trendsOf } from './flat.ts';
import { numbersOf } from './numbers.ts';

function life(minutes: number, at: (minute: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: minutes }, (_, minute) => ({ minute, rss: 150, heap: 40, handles: 60, ...at(minute) }));
}

const grown = (samples: readonly Sample[]) => trendsOf(samples).flatMap(({ what, flat }) => (flat ? [] : [what]));

describe('memory and handles', () => {
  it('that rise while everything warms up and then stay are flat', () => {
    expect(
      grown(life(30, (minute) => ({ heap: 20 + Math.min(minute, 14), rss: 100 + 5 * Math.min(minute, 14) }))),
    ).toEqual([]);
  });

  it('that rise every minute are not', () => {
    expect(grown(life(30, (minute) => ({ heap: 40 + minute })))).toEqual(['heap']);
    expect(grown(life(30, (minute) => ({ handles: 60 + 2 * minute })))).toEqual(['handles']);
    expect(grown(life(30, (minute) => ({ rss: 150 + 4 * minute })))).toEqual(['rss']);
  });

  it('may jump in a minute in which a neighbour is away', () => {
    expect(grown(life(30, (minute) => (minute % 7 === 6 ? { handles: 160, heap: 70 } : {})))).toEqual([]);
  });

  it('are not judged of a life that is too short, nor of a heap that could not be asked', () => {
    expect(trendsOf(life(FEWEST_SAMPLES - 1, () => ({})))).toEqual([]);
    expect(trendsOf(life(30, () => ({ heap: null }))).map(({ what }) => what)).toEqual(['rss', 'handles']);
  });
});

it('the same seed gives the same order of blows, another seed another one', () => {
  const order = (seed: number) => numbersOf(seed).shuffled(Array.from({ length: 20 }, (_, index) => index));
  expect(order(7)).toEqual(order(7));
  expect(order(7)).not.toEqual(order(8));
  expect([...order(7)].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
});
