import { describe, expect, it } from 'vitest';
import { faultWords, lastWords } from '../e2e/lastWords';

const location = { file: '/anywhere/panel/e2e/again.spec.ts', line: 48, column: 3 };

describe('what is said last of a test that fell', () => {
  it('names the line and what was waited for, in plain letters', () => {
    const message = '\u001b[31mError: expect(locator).toBeVisible() failed\u001b[39m\n\nLocator: getByText(\'All\')\n';
    expect(faultWords({ message, location })).toEqual(['at e2e/again.spec.ts:48', 'Error: expect(locator).toBeVisible() failed', "Locator: getByText('All')"]);
  });

  it('is short, however long the fault is', () => {
    const message = Array.from({ length: 100 }, (_, line) => `line ${line}`).join('\n');
    const said = lastWords([{ name: 'desktop › again', seconds: 61, errors: Array.from({ length: 9 }, () => ({ message, location })) }], 'failed');
    expect(said.split('\n')[0]).toBe('FELL after 61 s: desktop › again');
    expect(said.split('\n').length).toBeLessThan(60);
  });

  it('is nothing where nothing fell, and tells of a run that was cut off', () => {
    expect(lastWords([], 'passed')).toBe('');
    expect(lastWords([], 'timedout')).toContain('The time of the whole run was over');
  });
});
