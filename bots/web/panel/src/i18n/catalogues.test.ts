import { describe, expect, it } from 'vitest';
import { counted, fill, preferred } from '.';
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
    expect(Object.keys(en).filter((key) => !catalogue[key])).toEqual([]);
    const told = (words: Record<string, string>) => Object.keys(en).map((key) => [key, holes(words[key] ?? '')]);
    expect(told(catalogue)).toEqual(told(en));
  });

  it('is another language', () => {
    const same = Object.entries(en).filter(([key, text]) => text.length > 12 && catalogue[key] === text);
    expect(same.map(([key]) => key)).toEqual([]);
  });
});

/** What is said in each language to nobody: another manner than that of the whole panel, and a guest of one sex. */
const NEVER: [Record<string, string>, RegExp][] = [
  [fr, /(^|[\s’(])(tu|toi|tes)([\s,.?!)]|$)|Entré à/i],
  [es, /\busted(es)?\b/i],
  [zh, /您/],
];

it.each(NEVER)('speaks to everybody in one manner', (catalogue, never) => {
  expect(Object.values(catalogue).filter((text) => never.test(text))).toEqual([]);
});

describe('words', () => {
  it('fills holes and shows those that stay empty', () => {
    expect(fill('Please wait {n} seconds', { n: 7 })).toBe('Please wait 7 seconds');
    expect(fill('{a} {b}', { a: 1 })).toBe('1 {b}');
  });

  it('counts one as each language does', () => {
    const told = (n: number, lang: string, words: Record<string, string>) => words[counted('import.take', { n }, words, lang)];
    expect([told(1, 'en', en), told(2, 'en', en), told(0, 'en', en)]).toEqual(['Make {n} draft', 'Make {n} drafts', 'Make {n} drafts']);
    expect([told(0, 'fr', fr), told(1, 'es', es), told(1, 'zh', zh)]).toEqual(['Créer {n} brouillon', 'Crear {n} borrador', '创建 {n} 个草稿']);
    expect(counted('import.title', { n: 1 }, en, 'en')).toBe('import.title');
  });

  it('takes the chosen language, else the first spoken one of the browser, else English', () => {
    expect(preferred('es', ['fr-CA'])).toBe('es');
    expect(preferred(null, ['de-DE', 'fr-CA', 'en'])).toBe('fr');
    expect(preferred('tlh', ['zh-Hans-CN'])).toBe('zh');
    expect(preferred(null, ['de'])).toBe('en');
  });
});
