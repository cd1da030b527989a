import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import { createElement } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import type { EventRow } from '../draft/row';
import { WordsProvider } from '../i18n';
import { EventEdit } from './EventEdit';

// A machine with much else to do is slow, and that is no failure.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 120_000 });

const EVENT = {
  id: 'e', status: 'published', name: 'Lantern Walk', description: 'Along the river.', place: 'Old Mill', starts_local: '2031-05-05T20:00:00',
  duration: 90, timezone: 'America/Toronto', capacity: 3, visibility: 'public', updated_at: '2031-01-01T00:00:00Z',
} as EventRow;

const WRONG = [
  ['Event Name', 'W'.repeat(201), 'Please keep the name to 200 characters.'],
  ['Description', 'W'.repeat(5001), 'A description may have up to 5,000 characters.'],
  ['Place', 'W'.repeat(301), 'Please keep this to 300 characters.'],
  ['Duration (minutes)', '86401', 'An event may last up to 60 days, which is 86,400 minutes.'],
  ['Capacity', '1000001', 'Please enter a number up to 1,000,000.'],
] as const;

afterEach(cleanup);

it('says beside each field what is wrong with it as soon as it is left, and cuts nothing off', async () => {
  const nothing = vi.fn();
  render(createElement(WordsProvider, null, createElement(EventEdit, { event: EVENT, onSaved: nothing, onStale: nothing, onClose: nothing })));
  await screen.findByLabelText('Event Name');
  for (const [label, text, words] of WRONG) {
    const field = screen.getByLabelText<HTMLInputElement>(label);
    fireEvent.change(field, { target: { value: text } });
    fireEvent.blur(field);
    await screen.findByText(words);
    expect([field.getAttribute('aria-invalid'), field.value]).toEqual(['true', text]);
  }
});
