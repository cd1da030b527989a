import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../api/failure';
import { failureWords } from './failureWords';

const t = (key: string) => key;
const said = (kind: ConstructorParameters<typeof Failure>[0]) => failureWords(new Failure(kind, 400, 'In English.'), t);

describe('the words of a failure', () => {
  afterEach(() => {
    document.documentElement.lang = '';
  });

  it('are the server’s, but for what is no answer', () => {
    document.documentElement.lang = 'en';
    expect([said('rate'), said('invalid'), said('network'), said('server')]).toEqual(['In English.', 'In English.', 'fail.network', 'fail.server']);
    expect(failureWords(new Failure('missing', 404), t)).toBe('fail.missing');
  });

  it('are ours on a page of another language, where they say as much', () => {
    document.documentElement.lang = 'fr';
    expect([said('rate'), said('forbidden'), said('invalid'), said('conflict')]).toEqual(['fail.rate', 'fail.forbidden', 'In English.', 'In English.']);
  });
});
