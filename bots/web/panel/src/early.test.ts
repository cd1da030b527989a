import { expect, it } from 'vitest';
import { pageAt } from './early';

it('knows which page a path will show', () => {
  const named = (path: string) => (pageAt(path)?.toString() ?? '').match(/(WizardPage|EventPage|Dashboard)/)?.[1] ?? null;
  expect(['/wizard/new', '/wizard/1', '/dashboard', '/dashboard/events/1', '/dashboard/events/1/guests', '/login', '/'].map(named)).toEqual([
    'WizardPage', 'WizardPage', 'Dashboard', 'EventPage', null, null, null,
  ]);
});
