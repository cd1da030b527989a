import { beforeEach, describe, expect, it } from 'vitest';
import { together, UnsentWords } from './unsent';

beforeEach(() => sessionStorage.clear());

describe('words that were not sent', () => {
  it('come back for the same person and draft only', () => {
    const ana = new UnsentWords('ana');
    ana.put('a', 'For 120 people');
    ana.put(null, 'A jazz night');
    expect(new UnsentWords('ana').get('a')).toBe('For 120 people');
    expect(new UnsentWords('ana').get(null)).toBe('A jazz night');
    expect(ana.get('b')).toBe('');
    expect(new UnsentWords('ben').get('a')).toBe('');
    expect(new UnsentWords('ben').get(null)).toBe('');
  });

  it('leave nothing behind once they are sent', () => {
    const words = new UnsentWords('ana');
    words.put('a', 'For 120 people');
    words.put('a', ' ');
    expect(words.get('a')).toBe('');
    expect(sessionStorage).toHaveLength(0);
  });

  it('are kept for the last drafts only, and each no longer than two messages', () => {
    const words = new UnsentWords('ana');
    for (let draft = 0; draft < 50; draft += 1) words.put(`draft ${draft}`, 'x'.repeat(100_000));
    expect(words.get('draft 49')).toHaveLength(8000);
    expect(words.get('draft 0')).toBe('');
    expect(sessionStorage.getItem('eventos.unsent.ana')?.length).toBeLessThan(200_000);
  });

  it('do without a store that is broken or forbidden', () => {
    sessionStorage.setItem('eventos.unsent.ana', '{"a":[1');
    expect(new UnsentWords('ana').get('a')).toBe('');
    sessionStorage.setItem('eventos.unsent.ana', '[["a", 1], "b", ["c", "kept"]]');
    expect(new UnsentWords('ana').get('c')).toBe('kept');
    const forbidden = { getItem: () => { throw new Error('no'); }, setItem: () => { throw new Error('no'); } } as unknown as Storage;
    new UnsentWords('ana', forbidden).put('a', 'For 120 people');
    expect(new UnsentWords('ana', forbidden).get('a')).toBe('');
  });

  it('stand before what was written meanwhile', () => {
    expect(together('one', 'two')).toBe('one\ntwo');
    expect(together('one', ' ')).toBe('one');
  });
});
