import { act, cleanup, render, screen } from '@testing-library/react';
import { createElement } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WordsProvider } from '../i18n';
import { Wait } from './Wait';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const shown = async (until: number | null) => {
  const page = render(createElement(WordsProvider, null, createElement(Wait, { until }, 'Go on')));
  await act(() => vi.dynamicImportSettled());
  return page;
};

it('counts down once for the eyes, tells it once to those who listen, and then makes way', async () => {
  await shown(1_002_000);
  expect(screen.getByText('Please wait 2 seconds')).toBeTruthy();
  expect(screen.getAllByRole('status').map((one) => one.textContent)).toEqual(['Too many requests. Please wait a moment.']);
  act(() => vi.advanceTimersByTime(1_000));
  expect(screen.getByText('Please wait 1 second')).toBeTruthy();
  expect(screen.queryByText('Go on')).toBeNull();
  act(() => vi.advanceTimersByTime(1_000));
  expect(screen.queryByText(/Please wait/)).toBeNull();
  expect(screen.getByText('Go on')).toBeTruthy();
});

it('is not there where nothing is waited for', async () => {
  await shown(null);
  expect(screen.queryByRole('status')).toBeNull();
  expect(screen.getByText('Go on')).toBeTruthy();
});
