import { expect, it } from 'vitest';
import fr from './fr.json';
import { spoken, tied } from './spoken';

it('says an example with plain spaces', () => {
  expect(fr['chat.example.1']).toContain('80\u00a0€');
  expect(spoken(fr['chat.example.1'])).toContain('80 €');
});

it('sets French marks apart without letting a line begin with one', () => {
  expect(Object.values(fr).filter((text) => / [;:!?»](\s|$)|« /.test(text))).toEqual([]);
});

it('ties a number to its unit, and a French mark to its word', () => {
  expect(tied('jeudi 20 novembre 2031 à 19 h, dès 10 € : « oui » ?')).toBe('jeudi 20 novembre 2031 à 19\u00a0h, dès 10\u00a0€\u00a0: «\u00a0oui\u00a0»\u00a0?');
  expect(tied('5 hours, at https://example.com/a?b : 2')).toBe('5 hours, at https://example.com/a?b\u00a0: 2');
});
