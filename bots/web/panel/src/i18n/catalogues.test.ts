import { describe, expect, it } from 'vitest';
import { fill, preferred } from '.';
import en from './en.json';
import es from './es.json';
import fr from './fr.json';
import zh from './zh.json';

const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe.each(Object.entries({ fr, es, zh }))('%s', (_, catalogue: Record<string, string>) => {
  it('says everything that English says, and nothing else', () => {
    expect(Object.keys(catalogue)).toEqual(Object.keys(en));
  });

  it('leaves no text empty and every hole in place', () => {
    for (const [key, text] of Object.entries(en)) {
      expect(catalogue[key], key).toBeTruthy();
      expect(holes(catalogue[key] ?? ''), key).toEqual(holes(text));
    }
  });

  it('is another language', () => {
    const same = Object.entries(en).filter(([key, text]) => text.length > 12 && catalogue[key] === text);
    expect(same.map(([key]) => key)).toEqual([]);
  });
});

describe('words', () => {
  it('fills holes and shows those that stay empty', () => {
    expect(fill('Please wait {n} seconds', { n: 7 })).toBe('Please wait 7 seconds');
    expect(fill('{a} {b}', { a: 1 })).toBe('1 {b}');
  });

  it('takes the chosen language, else the first spoken one of the browser, else English', () => {
    expect(preferred('es', ['fr-CA'])).toBe('es');
    expect(preferred(null, ['de-DE', 'fr-CA', 'en'])).toBe('fr');
    expect(preferred('tlh', ['zh-Hans-CN'])).toBe('zh');
    expect(preferred(null, ['de'])).toBe('en');
  });
});
